package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/** Adam's β2 changes in the middle of a run: its second moment suddenly remembers another stretch of steps. */
public final class MomentDecay implements Detector<MomentDecay.State> {
    static final Setting MEMORY = new Setting(
            "moment_decay.memory",
            2,
            Setting.from(1.05, 1e6),
            "ratio of 1/(1-β2)",
            "schedules of β2 (1 - t^-0.8 of Adafactor) change its memory by a few percent a step and are never constant"
                    + " first; twice the memory or half of it at once is another configuration");
    static final List<Setting> SETTINGS = List.of(MEMORY);

    /** Values in a row that make β2 a constant of the run. */
    private static final int CONSTANT = 10;

    /**
     * @param beta2 the constant so far
     * @param same values in a row
     * @param other values in a row that differ from it
     */
    public record State(double beta2, int same, int other) {}

    private final Settings settings;

    public MomentDecay(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.ADAM_BETA2);
    }

    @Override
    public State start() {
        return new State(Double.NaN, 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double beta2 = frame.scalars().find(Scalars.ADAM_BETA2).orElse(Double.NaN);
        if (!(beta2 >= 0 && beta2 < 1)) {
            return Judgement.quiet(state);
        }
        if (beta2 == state.beta2) {
            return Judgement.quiet(new State(beta2, Math.min(CONSTANT, state.same + 1), 0));
        }
        double ratio = (1 - state.beta2) / (1 - beta2);
        double change = Math.max(ratio, 1 / ratio);
        if (state.same < CONSTANT || change < settings.get(MEMORY)) {
            return Judgement.quiet(new State(beta2, 1, 0));
        }
        int other = state.other + 1;
        State next = other < CONSTANT ? new State(state.beta2, state.same, other) : new State(beta2, CONSTANT, 0);
        return Judgement.of(next, finding(frame, beta2, state.beta2, change));
    }

    private static Finding finding(Frame frame, double beta2, double before, double change) {
        return new Finding(
                "MomentDecay",
                Kind.GRADIENT_DRIFT,
                Severity.WARNING,
                frame.step(),
                change,
                Verdict.OPTIMISER,
                Evidence.none().with("beta2", beta2).with("beta2Before", before).with("memoryRatio", change),
                "At step %,d Adam's β2 is %s, before it was %s: the memory of its second moment is %s times as %s."
                        .formatted(
                                frame.step(),
                                Numbers.of(beta2),
                                Numbers.of(before),
                                Numbers.of(change),
                                beta2 < before ? "short" : "long"),
                "With a short memory √v follows single gradients, and rows that were not read for some steps get updates of"
                        + " the full learning rate at once; with a longer one old gradients set the size of new updates.",
                "Compare β2 with the configuration the run was started with (0.95 to 0.999 is usual); rewind to before this"
                        + " step, because moments gathered with another β2 do not fit the new one.");
    }
}
