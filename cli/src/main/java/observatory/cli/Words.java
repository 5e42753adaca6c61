package observatory.cli;

import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;
import observatory.analysis.Severity;
import observatory.probe.Pack;
import observatory.trainer.Backend;
import observatory.trainer.LossScaling;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Schedule;

/** The words that options take, as people write them: in small letters. Help shows them, and completion offers them. */
final class Words {
    private Words() {}

    private static Iterator<String> of(Enum<?>[] all) {
        return Stream.of(all).map(one -> one.name().toLowerCase(Locale.ROOT)).iterator();
    }

    static final class Norms implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(ModelSpec.Norm.values());
        }
    }

    static final class Positions implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(ModelSpec.Position.values());
        }
    }

    static final class Activations implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(ModelSpec.Activation.values());
        }
    }

    static final class Objectives implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(ModelSpec.Objective.values());
        }
    }

    static final class Curves implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(Schedule.Curve.values());
        }
    }

    static final class Precisions implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(Precision.values());
        }
    }

    static final class Scalers implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(LossScaling.Kind.values());
        }
    }

    static final class Backends implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(Backend.values());
        }
    }

    static final class Packs implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(Pack.values());
        }
    }

    static final class Severities implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(Severity.values());
        }
    }

    static final class Shapes implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(BenchProbesCommand.Shape.values());
        }
    }

    static final class Forms implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return of(PlanFitCommand.Form.values());
        }
    }
}
