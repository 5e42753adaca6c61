package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/** Units of the MLP that no input activates any more: lost capacity, usually after one step that was too large. */
public final class DeadUnits implements Detector<DeadUnits.State> {
    static final Setting SHARE = new Setting(
            "dead_units.share",
            0.2,
            Setting.from(0.01, 1),
            "share of a layer's units",
            "a batch leaves some units of a healthy layer quiet, and a fifth is no longer some");
    static final Setting RISE = new Setting(
            "dead_units.rise",
            0.1,
            Setting.from(0.01, 1),
            "share",
            "sparse activations are sparse from the start; a tenth more within 300 steps is a loss");
    static final List<Setting> SETTINGS = List.of(SHARE, RISE);

    private static final String METRIC = "dead_fraction";
    private static final int KNOWN = 10;

    /** The share of dead units by layer. */
    public record State(SiteTrend dead) {}

    private final Settings settings;

    public DeadUnits(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.metrics(METRIC);
    }

    @Override
    public State start() {
        return new State(SiteTrend.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        SiteTrend.Reading reading = state.dead.read(frame, METRIC, x -> x);
        return Judgement.of(
                new State(reading.next()),
                reading.worst(reading.risen(KNOWN, settings.get(SHARE), settings.get(RISE)))
                        .map(worst -> finding(frame, worst)));
    }

    private static Finding finding(Frame frame, SiteTrend.Worst worst) {
        double share = worst.value();
        return new Finding(
                "DeadUnits",
                Kind.DEAD_UNITS,
                share > 0.5 ? Severity.CRITICAL : Severity.WARNING,
                frame.step(),
                share,
                Verdict.OPTIMISER,
                Evidence.none().with("share", share).with("site", worst.where()).with("rise", worst.measure()),
                "At step %,d %s %% of the units of %s are dead, %s points more than lately."
                        .formatted(
                                frame.step(),
                                Numbers.of(100 * share),
                                worst.where(),
                                Numbers.of(100 * worst.measure())),
                "A unit that no input activates gets no gradient and stays dead; many at once mean that one update"
                        + " pushed their inputs below zero.",
                "Rewind to a checkpoint before this step and lower the learning rate; check the biases and norms"
                        + " before this layer.");
    }
}
