package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/** Adam's ε outgrows the second moment: updates vanish although gradients do not. */
public final class EpsilonDominance implements Detector<EpsilonDominance.State> {
    static final Setting SHARE = new Setting(
            "epsilon_dominance.share",
            0.5,
            Setting.from(0.01, 1),
            "share of a parameter's elements",
            "rows of an embedding that were never read have no gradient at all; more than half of a matrix is another matter");
    static final Setting RISE = new Setting(
            "epsilon_dominance.rise", 0.1, Setting.from(0.01, 1), "share", "a tenth more of them within 300 steps");
    static final List<Setting> SETTINGS = List.of(SHARE, RISE);

    private static final String METRIC = "epsilon_share";
    private static final int KNOWN = 3;

    /** The share by parameter. */
    public record State(SiteTrend share) {}

    private final Settings settings;

    public EpsilonDominance(Settings settings) {
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
        SiteTrend.Reading reading = state.share.read(frame, METRIC, x -> x);
        return Judgement.of(
                new State(reading.next()),
                reading.worst(reading.risen(KNOWN, settings.get(SHARE), settings.get(RISE)))
                        .map(worst -> finding(frame, worst)));
    }

    private static Finding finding(Frame frame, SiteTrend.Worst worst) {
        return new Finding(
                "EpsilonDominance",
                Kind.GRADIENT_DRIFT,
                Severity.WARNING,
                frame.step(),
                worst.value(),
                Verdict.OPTIMISER,
                Evidence.none().with("share", worst.value()).with("parameter", worst.where()),
                "At step %,d Adam's ε dominates %s %% of %s."
                        .formatted(frame.step(), Numbers.of(100 * worst.value()), worst.where()),
                "Where √v is below ε an update no longer has the size of the learning rate but shrinks with the"
                        + " gradient: these weights stop learning.",
                "Lower ε (1e-15 was used for large models, Wortsman et al. 2023), and check that it was not changed"
                        + " by a restart.");
    }
}
