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
 * The fp16 loss scale falls and does not recover. The scaler's search for its first scale, and one halving per growth
 * window, are how it works; what tells is a fall of several halvings at once, or the floor.
 */
public final class LossScaleCollapse implements Detector<LossScaleCollapse.State> {
    static final Setting HALVINGS = new Setting(
            "loss_scale.halvings",
            3,
            Setting.from(2, 32),
            "halvings",
            "a scaler at its edge halves once per growth window (256 to 2000 steps); three within ten points came before"
                    + " the loss of tr1-13B");
    static final Setting FALLEN = new Setting(
            "loss_scale.fallen",
            6,
            Setting.from(2, 64),
            "halvings below the best",
            "a scale wanders by one or two around its balance; six are a factor of 64 that gradients have grown by");
    static final List<Setting> SETTINGS = List.of(HALVINGS, FALLEN);

    /** Halvings count together within this many points. */
    private static final int NEAR = 10;
    /** Points without a halving after which the first search is over; a first growth ends it as well. */
    private static final int SETTLED = 32;
    /** At 1 a scaler has nothing left to give: DeepSpeed raises an error, others skip for ever. */
    private static final double FLOOR = 1;

    /**
     * @param log2 of the newest scale; NaN before the first
     * @param best highest since the scale settled
     * @param quiet points since the last halving
     * @param recent halvings at each of the last points
     */
    public record State(double log2, double best, boolean settled, int quiet, Window recent) {}

    private final Settings settings;

    public LossScaleCollapse(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS_SCALE);
    }

    @Override
    public State start() {
        return new State(Double.NaN, Double.NEGATIVE_INFINITY, false, 0, Window.of(NEAR));
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double scale = frame.scalars().find(Scalars.LOSS_SCALE).orElse(Double.NaN);
        if (!Double.isFinite(scale) || scale <= 0) {
            return Judgement.quiet(state);
        }
        double log2 = Math.log(scale) / Math.log(2);
        double halvings = Double.isNaN(state.log2) ? 0 : Math.max(0, state.log2 - log2);
        int quiet = halvings > 0 ? 0 : state.quiet + 1;
        boolean grew = log2 > state.log2;
        boolean settled = state.settled || grew || quiet >= SETTLED;
        double best = settled ? Math.max(state.best, log2) : Double.NEGATIVE_INFINITY;
        State next = new State(log2, best, settled, quiet, state.recent.with(settled ? halvings : 0));
        if (!state.settled || halvings == 0) {
            return Judgement.quiet(next);
        }
        double together = next.recent.sum();
        double fallen = best - log2;
        boolean floor = scale <= FLOOR;
        boolean storm = together >= settings.get(HALVINGS);
        if (!floor && !storm && fallen < settings.get(FALLEN)) {
            return Judgement.quiet(next);
        }
        Severity severity = floor || fallen >= settings.get(FALLEN) ? Severity.CRITICAL : Severity.WARNING;
        return Judgement.of(
                next,
                new Finding(
                        "LossScaleCollapse",
                        Kind.LOSS_SCALE_COLLAPSE,
                        severity,
                        frame.step(),
                        fallen,
                        Verdict.NUMERICAL,
                        Evidence.none()
                                .with("lossScale", scale)
                                .with("halvingsLately", together)
                                .with("halvingsBelowBest", fallen),
                        "The loss scale fell to %s at step %,d: %s halvings within %,d points, %s below its best."
                                .formatted(
                                        Numbers.of(scale),
                                        frame.step(),
                                        Numbers.of(together),
                                        NEAR,
                                        Numbers.of(fallen)),
                        "Gradients have grown beyond fp16 again and again; every halving is a skipped step, and a scale at its"
                                + " floor is a run that learns nothing.",
                        "Restart from an earlier checkpoint with a lower learning rate (OPT did), or change to bf16; a higher"
                                + " floor of the scale only hides it."));
    }
}
