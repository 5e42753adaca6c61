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

/**
 * The log looks repaired or stuck: a loss that never changes, a loss of exactly zero, or a finite loss beside a
 * gradient that is not, as the filter of the Hugging Face trainer writes it (logging_nan_inf_filter, on by default).
 */
public final class SuspiciousLog implements Detector<SuspiciousLog.State> {
    static final Setting SAME = new Setting(
            "suspicious_log.same",
            32,
            Setting.from(4, 10_000),
            "points",
            "a loss printed with four digits repeats by chance once in some hundred points, 32 times in a row never");
    static final Setting FILTERED = new Setting(
            "suspicious_log.filtered",
            3,
            Setting.from(1, 1000),
            "points",
            "one such step may be a skipped overflow; three without a loss scaler are a filter");
    static final List<Setting> SETTINGS = List.of(SAME, FILTERED);

    /** Only a loss of some size can fall to exactly zero by a fault. */
    private static final double SOME = 0.1;

    /**
     * @param same points in a row with the last loss
     * @param filtered points with a finite loss and no finite gradient
     */
    public record State(double last, int same, int filtered, double highest) {}

    private final Settings settings;

    public SuspiciousLog(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS);
    }

    @Override
    public State start() {
        return new State(Double.NaN, 0, 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        if (!Double.isFinite(loss)) {
            return Judgement.quiet(state);
        }
        double norm = frame.scalars().find(Scalars.GRADIENT_NORM).orElse(0);
        boolean scaler = frame.scalars().find(Scalars.LOSS_SCALE).isPresent();
        int same = loss == state.last ? state.same + 1 : 0;
        int filtered = !Double.isFinite(norm) && !scaler ? state.filtered + 1 : 0;
        State next = new State(loss, same, filtered, Math.max(state.highest, loss));
        boolean zero = loss == 0 && state.last > SOME * state.highest && state.highest > SOME;
        String what = same >= settings.count(SAME)
                ? "the loss has been exactly " + Numbers.of(loss) + " for " + (same + 1) + " points"
                : filtered >= settings.count(FILTERED)
                        ? "the loss is finite although the gradient has not been for " + filtered + " points"
                        : zero ? "the loss is exactly 0 after " + Numbers.of(state.last) : "";
        if (what.isEmpty()) {
            return Judgement.quiet(next);
        }
        return Judgement.of(
                next,
                new Finding(
                        "SuspiciousLog",
                        Kind.SUSPICIOUS_LOG,
                        Severity.INFO,
                        frame.step(),
                        Math.max(same, filtered),
                        Verdict.UNDETERMINED,
                        Evidence.none()
                                .with("loss", loss)
                                .with("pointsTheSame", (long) same)
                                .with("pointsFiltered", (long) filtered),
                        "At step %,d %s.".formatted(frame.step(), what),
                        "A log that hides what is not finite, or that no longer changes, says nothing about the run, and"
                                + " every judgement made from it is worth as little.",
                        "With the Hugging Face trainer set logging_nan_inf_filter=False; otherwise check that the loss is"
                                + " that of this step and is not rounded."));
    }
}
