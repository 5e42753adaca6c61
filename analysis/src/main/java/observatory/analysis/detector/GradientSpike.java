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
 * The gradient norm leaves its own recent level: a robust z of its logarithm, because norms vary by factors. It often
 * moves some steps before the loss; alone it is worth knowing and no more, unless it stays or explodes.
 */
public final class GradientSpike implements Detector<GradientSpike.State> {
    static final Setting AWAY = new Setting(
            "gradient_spike.away",
            6,
            Setting.from(3, 50),
            "deviations of ln",
            "BLOOM's norm passed 6 four steps before its loss; healthy norms pass it once in some 700 steps");
    static final Setting STAYS = new Setting(
            "gradient_spike.stays",
            4,
            Setting.from(1, 32),
            "points",
            "off its level for this long it is no single batch");
    static final Setting EXPLOSION = new Setting(
            "gradient_spike.explosion",
            100,
            Setting.from(10, 1e9),
            "ratio",
            "clipping to the usual norm leaves less than a hundredth of such a gradient: its direction is noise");
    static final List<Setting> SETTINGS = List.of(AWAY, STAYS, EXPLOSION);

    /** An explosion grows by factors from step to step; values on their way up must not become the level. */
    private static final double LEARNED = 3.5;
    /** Norms of healthy runs vary by some percent from step to step; less than that is no noise estimate to believe. */
    private static final double FLOOR = 0.05;

    /** How the logarithm of the norm stands against its level, and the values since it left it. */
    public record State(Baseline logNorm, Window off, Pace pace) {}

    private final Settings settings;

    public GradientSpike(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.GRADIENT_NORM);
    }

    @Override
    public State start() {
        return new State(Baseline.start(), Window.of(Excursion.RESEED), Pace.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double norm = frame.scalars().find(Scalars.GRADIENT_NORM).orElse(Double.NaN);
        if (!Double.isFinite(norm) || norm <= 0) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Baseline known = pace.changed() ? Baseline.start() : state.logNorm;
        double log = Math.log(norm);
        double level = known.known() ? known.level() : log;
        double deviations = (log - level) / known.steady(FLOOR);
        if (deviations <= LEARNED) {
            return Judgement.quiet(new State(known.learn(log), Window.of(Excursion.RESEED), pace));
        }
        Window off = state.off.with(log);
        State next = off.size() < Excursion.RESEED
                ? new State(known, off, pace)
                : new State(Baseline.of(off.values()), Window.of(Excursion.RESEED), pace);
        return deviations <= settings.get(AWAY)
                ? Judgement.quiet(next)
                : Judgement.of(next, finding(frame, norm, Math.exp(level), deviations, off.size()));
    }

    private Finding finding(Frame frame, double norm, double level, double deviations, int points) {
        double ratio = norm / level;
        boolean explodes = ratio >= settings.get(EXPLOSION);
        boolean stays = points >= settings.count(STAYS);
        return new Finding(
                "GradientSpike",
                explodes ? Kind.GRADIENT_EXPLOSION : Kind.GRADIENT_SPIKE,
                explodes && stays ? Severity.CRITICAL : explodes || stays ? Severity.WARNING : Severity.INFO,
                frame.step(),
                deviations,
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("gradientNorm", norm)
                        .with("level", level)
                        .with("deviations", deviations)
                        .with("pointsOff", (long) points),
                "The gradient norm rose to %s at step %,d, %s times its level of %s."
                        .formatted(Numbers.of(norm), frame.step(), Numbers.of(ratio), Numbers.of(level)),
                "Gradient spikes often come a few steps before the loss follows; clipping hides them from the weights only"
                        + " in part, because Adam's moments remember them.",
                "Watch the loss of the next steps. If spikes recur, compare the gradient norms per parameter to see where"
                        + " they begin, and lower the rate or the clipping threshold.");
    }
}
