package observatory.cli.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import observatory.analysis.Incident;
import observatory.analysis.replay.Weighing.Factor;
import observatory.trainer.BatchEdit;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.Precision;
import observatory.trainer.SettingsEdit;
import observatory.trainer.TokenBatch;
import observatory.trainer.replay.Snapshot;
import observatory.trainer.replay.Swaps;
import observatory.trainer.replay.Trial;

/** What can be varied in the steps of an incident, one thing at a time. */
final class Factors {
    private static final double LOWER = 0.1;
    private static final String AS_BEFORE = "rate and optimiser constants as before";

    /** @param repeat makes the trial of one repeat, counted from 0 */
    record Varied(Factor factor, String name, IntFunction<Trial> repeat) {}

    private final Ground ground;
    private final Subject subject;
    private final Optional<Turn> turn;
    private final Told before;

    /** @param turn where the settings were changed before the steps that are varied; empty where they were not */
    Factors(Ground ground, Subject subject, Optional<Turn> turn) {
        this.ground = ground;
        this.subject = subject;
        this.turn = turn;
        this.before = turn.map(Turn::before)
                .orElseGet(() -> new Told(ground.told(), subject.recipe().training()));
    }

    /** The run as it was, with the sequences of each batch in another order. */
    Trial asRun(int repeat) {
        return Trial.asRun(ground.before(), ground.last(), List.of()).batches(Swaps.permuted(repeat));
    }

    Trial control(int repeat) {
        return Trial.asRun(ground.before(), ground.last(), List.of())
                .batches(Swaps.control(subject.recipe(), ground.first(), ground.last(), repeat));
    }

    /**
     * The batches of the incident at the earlier state of the checkpoint, as its next steps; with the settings that
     * were in force before any change, so that it is batch and state alone that are crossed.
     */
    Trial earlier(boolean control, int repeat) {
        long from = ground.start().step();
        long length = ground.last() - ground.first() + 1;
        Trial trial =
                Trial.asRun(ground.start().ranks(), from + length, List.of()).settings(this::held);
        if (control) {
            return trial.batches(Swaps.control(subject.recipe(), from + 1, from + length, repeat));
        }
        IntFunction<BatchEdit> order = Swaps.permuted(repeat);
        return trial.batches(rank -> (step, drawn) -> {
            Map<Long, TokenBatch> known = ground.batches().get(rank);
            TokenBatch other = known.get(step - from - 1 + ground.first());
            return order.apply(rank).edit(step, other.context() == drawn.context() ? other : drawn);
        });
    }

    /** Those that may name a cause; what does not apply is noted in the draft. */
    List<Varied> all(Draft draft) {
        List<Varied> all = new ArrayList<>();
        all.add(new Varied(Factor.DATA, "other batches", this::control));
        if (ground.during().settings().stream().anyMatch(told -> !before.same(told))) {
            all.add(new Varied(Factor.SETTINGS, turn.map(Turn::name).orElse(AS_BEFORE), this::asBefore));
        } else {
            draft.notRun(
                    AS_BEFORE,
                    "they did not change in " + Incident.steps(ground.first(), ground.last())
                            + ", nor in those recorded before, but for what the schedule says");
        }
        all.add(new Varied(
                Factor.RATE,
                "a tenth of the learning rate",
                repeat -> asRun(repeat).settings(told -> told.withLearningRate(LOWER * told.learningRate()))));
        Precision precision = ground.told().precision();
        if (precision == Precision.FP32) {
            draft.notRun("a wider format", "the run is in fp32 already");
        } else {
            all.add(new Varied(
                    Factor.PRECISION,
                    "fp32 instead of " + precision.label(),
                    repeat -> asRun(repeat)
                            .settings(told -> told.with(Precision.FP32).withLossScale(1))));
        }
        if (precision.scaled()) {
            boolean scale = ground.during().settings().stream()
                    .anyMatch(told -> told.lossScale() < 0.5 * ground.told().lossScale());
            if (scale) {
                all.add(new Varied(
                        Factor.LOSS_SCALE,
                        "the loss scale as before",
                        repeat -> asRun(repeat)
                                .settings(
                                        told -> told.withLossScale(ground.told().lossScale()))));
            } else {
                draft.notRun("the loss scale as before", "it did not fall in these steps");
            }
        }
        return all;
    }

    /** Rate and constants as before they were changed, from the change on. */
    private Trial asBefore(int repeat) {
        Trial trial = asRun(repeat);
        return turn.map(one -> trial.from(one.ranks())).orElse(trial).settings(this::held);
    }

    /** Rate and constants of the step before, with what the schedule does to the rate meanwhile. */
    StepSettings held(StepSettings told) {
        return before.instead(told);
    }

    /** How much larger the rate was than it would have been: 1 where it was what the schedule says. */
    double surge() {
        return ground.during().settings().stream()
                .mapToDouble(told -> told.learningRate() / before.rate(told.step()))
                .max()
                .orElse(1);
    }

    /** Single looks beside the factors: what else could be turned, for the table. */
    List<Varied> others() {
        List<Varied> others = new ArrayList<>();
        others.add(new Varied(
                Factor.RATE,
                "Adam's moments reset",
                repeat -> asRun(repeat)
                        .from(ground.before().stream()
                                .map(Snapshot::withoutMoments)
                                .toList())));
        others.add(settings(
                "ε a hundred times larger",
                told -> told.with(
                        told.adam().withEpsilon(Math.min(0.1f, 100 * told.adam().epsilon())))));
        others.add(settings(
                "β2 closer to 1, with ten times the memory",
                told -> told.with(told.adam().withBeta2(1 - (1 - told.adam().beta2()) / 10))));
        others.add(settings("clipped at a tenth", told -> told.withClip(LOWER * told.clip())));
        Precision precision = ground.told().precision();
        if (precision == Precision.FP16) {
            others.add(new Varied(
                    Factor.PRECISION,
                    "bf16 instead of fp16",
                    repeat -> asRun(repeat)
                            .settings(told -> told.with(Precision.BF16).withLossScale(1))));
        }
        return others;
    }

    private Varied settings(String name, SettingsEdit edit) {
        return new Varied(Factor.RATE, name, repeat -> asRun(repeat).settings(edit));
    }
}
