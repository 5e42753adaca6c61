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

/** The gradient norm climbs over hundreds of points: the long prelude of many divergences ({@link Blocks}). */
public final class GradientDrift implements Detector<GradientDrift.State> {
    static final Setting RATIO = new Setting(
            "gradient_drift.ratio",
            3,
            Setting.from(1.2, 100),
            "ratio to the best level",
            "norms of healthy runs rise by up to a factor of two late in training as the loss flattens");
    static final Setting BLOCKS = new Setting(
            "gradient_drift.blocks",
            4,
            Setting.from(2, 7),
            "blocks of 32 points",
            "four blocks in a row, each two standard errors above the last, are no wandering");
    static final List<Setting> SETTINGS = List.of(RATIO, BLOCKS);

    /** The logarithm of the norm in blocks. */
    public record State(Blocks logNorm, Pace pace) {}

    private final Settings settings;

    public GradientDrift(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.GRADIENT_NORM);
    }

    @Override
    public State start() {
        return new State(Blocks.start(), Pace.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double norm = frame.scalars().find(Scalars.GRADIENT_NORM).orElse(Double.NaN);
        if (!Double.isFinite(norm) || norm <= 0) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Blocks blocks = (pace.changed() ? Blocks.start() : state.logNorm).with(Math.log(norm));
        State next = new State(blocks, pace);
        if (!blocks.atTheEndOfABlock()) {
            return Judgement.quiet(next);
        }
        double rise = blocks.newest() - blocks.best();
        int rising = blocks.rising(2 * blocks.error());
        if (rise < Math.log(settings.get(RATIO)) || rising < settings.count(BLOCKS)) {
            return Judgement.quiet(next);
        }
        return Judgement.of(
                next,
                new Finding(
                        "GradientDrift",
                        Kind.GRADIENT_DRIFT,
                        Severity.WARNING,
                        frame.step(),
                        Math.exp(rise),
                        Verdict.UNDETERMINED,
                        Evidence.none()
                                .with("level", Math.exp(blocks.newest()))
                                .with("best", Math.exp(blocks.best()))
                                .with("risingBlocks", (long) rising),
                        "Up to step %,d the gradient norm has climbed for %,d blocks of 32 points, to %s times its lowest level."
                                .formatted(frame.step(), rising, Numbers.of(Math.exp(rise))),
                        "Norms of gradients and activations that climb together came before the divergences of OPT-175B.",
                        "Lower the learning rate now: OPT went down by a tenth to a third and saw norms fall"
                                + " (metaseq chronicles, 27 % and 56 % updates)."));
    }
}
