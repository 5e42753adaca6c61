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
 * Loss and gradient norm leave their levels at the same logged step. In a log of every hundredth step that is all one
 * will see of a short spike, and it needs no second value; where every step is logged an odd batch does the same, and
 * the next steps tell ({@link LossSpike}).
 */
public final class JointSpike implements Detector<JointSpike.State> {
    static final Setting LOSS = new Setting(
            "joint_spike.loss",
            5,
            Setting.from(2, 50),
            "deviations",
            "t4 noise passes 5 once in some 300 values; the gradient must agree at that very step, which makes it once in"
                    + " 100,000 and more");
    static final Setting GRADIENT = new Setting(
            "joint_spike.gradient",
            6,
            Setting.from(2, 50),
            "deviations of ln",
            "the logarithm of a norm has lighter tails than the loss; BLOOM's first spike began at 10.9");
    static final Setting RATIO = new Setting(
            "joint_spike.gradient_ratio",
            2,
            Setting.from(1, 100),
            "ratio",
            "smooth runs have tiny deviations; less than a doubling of the norm is nothing to act on");
    static final List<Setting> SETTINGS = List.of(LOSS, GRADIENT, RATIO);

    private static final double LOSS_FLOOR = 0.004;
    private static final double NORM_FLOOR = 0.05;
    /** The loss must be this rare by the run's own tail ({@link Extremes}). */
    private static final double SELDOM = 500;

    /** Both levels, and the values since either was left, in case they become the new ones. */
    public record State(
            Baseline loss,
            Baseline logNorm,
            Extremes harmless,
            Window lossOff,
            Window normOff,
            Pace pace,
            Beginning beginning) {}

    private final Settings settings;

    public JointSpike(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS, Scalars.GRADIENT_NORM);
    }

    @Override
    public State start() {
        return new State(
                Baseline.start(),
                Baseline.start(),
                Extremes.none(),
                Window.of(Excursion.RESEED),
                Window.of(Excursion.RESEED),
                Pace.start(),
                Beginning.unknown());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        double norm = frame.scalars().find(Scalars.GRADIENT_NORM).orElse(Double.NaN);
        if (!Double.isFinite(loss) || !Double.isFinite(norm) || norm <= 0) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Beginning beginning = state.beginning.with(frame);
        if (pace.everyStep()) { // nothing is judged there, and levels of single steps would not hold for means of many
            return Judgement.quiet(new State(
                    state.loss, state.logNorm, state.harmless, state.lossOff, state.normOff, pace, beginning));
        }
        boolean anew = pace.changed()
                || state.loss.known() && state.beginning.again(frame, state.loss.level(), state.loss.cautious(0));
        State now = anew ? start() : state;
        double lossLevel = now.loss.known() ? now.loss.level() : loss;
        double normLevel = now.logNorm.known() ? now.logNorm.level() : Math.log(norm);
        double lossOff = (loss - lossLevel) / Math.max(now.loss.cautious(LOSS_FLOOR * Math.abs(lossLevel)), 1e-12);
        double normOff = (Math.log(norm) - normLevel) / now.logNorm.cautious(NORM_FLOOR);
        double ratio = norm / Math.exp(normLevel);
        double seldom = Math.max(settings.get(LOSS), now.harmless.onceIn(SELDOM));
        Side lossSide = side(now.loss, now.lossOff, loss, lossOff > settings.get(LOSS));
        Side normSide = side(now.logNorm, now.normOff, Math.log(norm), normOff > settings.get(GRADIENT));
        Extremes harmless = normOff > settings.get(GRADIENT) ? now.harmless : now.harmless.with(lossOff);
        State next =
                new State(lossSide.baseline, normSide.baseline, harmless, lossSide.off, normSide.off, pace, beginning);
        boolean both = lossOff > seldom && normOff > settings.get(GRADIENT) && ratio > settings.get(RATIO);
        if (!both) {
            return Judgement.quiet(next);
        }
        Evidence evidence = Evidence.none()
                .with("loss", loss)
                .with("level", lossLevel)
                .with("deviations", lossOff)
                .with("gradientNorm", norm)
                .with("gradientRatio", ratio);
        return Judgement.of(
                next,
                new Finding(
                        "JointSpike",
                        Kind.LOSS_SPIKE,
                        Severity.WARNING,
                        frame.step(),
                        loss - lossLevel,
                        Verdict.UNDETERMINED,
                        evidence,
                        "At step %,d the loss rose to %s from %s while the gradient norm was %s times its level."
                                .formatted(frame.step(), Numbers.of(loss), Numbers.of(lossLevel), Numbers.of(ratio)),
                        "Loss and gradient moving together mean that the step was taken from, or into, a bad place; what"
                                + " threw it there is not told by these two.",
                        "Watch the next steps; if the loss stays up, rewind about 100 steps and skip the batches around"
                                + " this one (PaLM, section 5.1)."));
    }

    private record Side(Baseline baseline, Window off) {}

    /** Learns a value on its level; a level left for as long as a new level takes is the new level. */
    private static Side side(Baseline known, Window off, double value, boolean away) {
        if (!away) {
            return new Side(known.learn(value), Window.of(Excursion.RESEED));
        }
        Window outside = off.with(value);
        return outside.size() < Excursion.RESEED
                ? new Side(known, outside)
                : new Side(Baseline.of(outside.values()), Window.of(Excursion.RESEED));
    }
}
