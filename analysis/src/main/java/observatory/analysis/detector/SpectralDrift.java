package observatory.analysis.detector;

import java.util.List;
import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;

/**
 * The largest singular value of a weight runs away, or its stable rank collapses: few directions take over a matrix.
 */
public final class SpectralDrift implements Detector<SpectralDrift.State> {
    static final Setting NORM = new Setting(
            "spectral_drift.norm",
            2,
            Setting.from(1.05, 100),
            "ratio to the level of 300 steps",
            "weights under Adam move by up to the learning rate a step, so that small initial ones of a healthy run may grow"
                    + " by half within 300 of its first thousand steps; a doubling is twice that and more");
    static final Setting RANK = new Setting(
            "spectral_drift.stable_rank",
            0.5,
            Setting.from(0.01, 0.95),
            "share of the level",
            "stable rank of a random matrix is a third of its side and falls slowly; half of its level lost is a collapse");
    static final List<Setting> SETTINGS = List.of(NORM, RANK);

    /** A spectrum of a few measurements is noise; power iteration also needs some steps to settle. */
    private static final int KNOWN = 8;

    /** The logarithms of spectral norm and stable rank by weight. */
    public record State(SiteTrend norm, SiteTrend rank) {}

    private final Settings settings;

    public SpectralDrift(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.metrics("spectral_norm");
    }

    @Override
    public State start() {
        return new State(SiteTrend.start(), SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Column norms = frame.sites().column("spectral_norm").orElseThrow();
        SiteTrend.Reading norm = state.norm.read(frame, norms, SpectralDrift::log);
        Optional<Column> ranks = frame.sites().column("stable_rank");
        SiteTrend.Reading rank = ranks.map(column -> state.rank.read(frame, column, SpectralDrift::log))
                .orElse(new SiteTrend.Reading(state.rank, new double[0], new double[0], new double[0]));
        State next = new State(norm.next(), rank.next());
        int grown = furthest(norm, 1);
        int sunk = furthest(rank, -1);
        double ratio = grown < 0 ? 1 : Math.exp(norm.growth()[grown]);
        double left = sunk < 0 ? 1 : Math.exp(rank.growth()[sunk]);
        boolean far = ratio >= settings.get(NORM);
        if (!far && left > settings.get(RANK)) {
            return Judgement.quiet(next);
        }
        String where = far ? norm.site(grown).label() : rank.site(sunk).label();
        return Judgement.of(
                next,
                new Finding(
                        "SpectralDrift",
                        Kind.SPECTRAL_DRIFT,
                        Severity.WARNING,
                        frame.step(),
                        Math.max(ratio, 1 / left),
                        Verdict.OPTIMISER,
                        Evidence.none()
                                .with("weight", where)
                                .with("normRatio", ratio)
                                .with("stableRankLeft", left),
                        "Up to step %,d %s changed its spectrum: largest singular value %s times its level, stable rank %s of it."
                                .formatted(frame.step(), where, Numbers.of(ratio), Numbers.of(left)),
                        "A few directions take over the matrix: what passes along them is amplified, and attention logits or"
                                + " the residual stream follow.",
                        "Raise the weight decay of this matrix or lower its learning rate; look at `observatory spectrum` of"
                                + " the checkpoints around this step."));
    }

    private static int furthest(SiteTrend.Reading reading, int sign) {
        double[] growth = new double[reading.growth().length];
        for (int i = 0; i < growth.length; i++) {
            growth[i] = reading.known(i, KNOWN) ? sign * reading.growth()[i] : Double.NaN;
        }
        return SiteTrend.Reading.largest(growth);
    }

    private static double log(double value) {
        return value > 0 ? Math.log(value) : Double.NaN;
    }
}
