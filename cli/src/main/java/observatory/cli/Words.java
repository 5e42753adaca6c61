package observatory.cli;

import java.lang.reflect.ParameterizedType;
import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;
import observatory.analysis.Severity;
import observatory.cli.bench.BenchProbesCommand;
import observatory.cli.plan.PlanFitCommand;
import observatory.probe.Pack;
import observatory.trainer.Backend;
import observatory.trainer.LossScaling;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Schedule;

/**
 * The words that options take, as people write them: in small letters. Help shows them, and completion offers them.
 * There is a class for each enum because picocli makes them itself, out of what an annotation can say.
 */
public interface Words<E extends Enum<E>> extends Iterable<String> {
    @Override
    default Iterator<String> iterator() {
        var itself = (ParameterizedType) getClass().getGenericInterfaces()[0];
        return Stream.of(((Class<?>) itself.getActualTypeArguments()[0]).getEnumConstants())
                .map(one -> ((Enum<?>) one).name().toLowerCase(Locale.ROOT))
                .iterator();
    }

    record Norms() implements Words<ModelSpec.Norm> {}

    record Positions() implements Words<ModelSpec.Position> {}

    record Activations() implements Words<ModelSpec.Activation> {}

    record Objectives() implements Words<ModelSpec.Objective> {}

    record Curves() implements Words<Schedule.Curve> {}

    record Precisions() implements Words<Precision> {}

    record Scalers() implements Words<LossScaling.Kind> {}

    record Backends() implements Words<Backend> {}

    record Packs() implements Words<Pack> {}

    record Severities() implements Words<Severity> {}

    record Shapes() implements Words<BenchProbesCommand.Shape> {}

    record Forms() implements Words<PlanFitCommand.Form> {}
}
