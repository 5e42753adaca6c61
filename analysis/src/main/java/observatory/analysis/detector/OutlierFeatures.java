package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/** A few features of the residual stream carry ever more of it: they ruin quantisation, and fp16 meets them first. */
public final class OutlierFeatures implements Detector<OutlierFeatures.State> {
    static final Setting GROWTH = new Setting(
            "outlier_features.growth",
            3,
            Setting.from(1.2, 100),
            "ratio to the level of 300 steps",
            "levels differ between models by orders of magnitude (1 to the width); a step change does not");
    static final List<Setting> SETTINGS = List.of(GROWTH);

    private static final String METRIC = "neuron_kurtosis";
    private static final int KNOWN = 100;

    /** The logarithm of the kurtosis over features by site. */
    public record State(SiteTrend kurtosis) {}

    private final Settings settings;

    public OutlierFeatures(Settings settings) {
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
        SiteTrend.Reading reading = state.kurtosis.read(frame, METRIC, SiteTrend::logarithm);
        return Judgement.of(
                new State(reading.next()),
                reading.worst(reading.grown(KNOWN, settings.get(GROWTH))).map(worst -> finding(frame, worst)));
    }

    private static Finding finding(Frame frame, SiteTrend.Worst worst) {
        double ratio = Math.exp(worst.measure());
        return new Finding(
                "OutlierFeatures",
                Kind.SPECTRAL_DRIFT,
                Severity.INFO,
                frame.step(),
                ratio,
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("kurtosis", Math.exp(worst.fast()))
                        .with("growth", ratio)
                        .with("site", worst.where()),
                "Up to step %,d the kurtosis over the features of %s grew %s times."
                        .formatted(frame.step(), worst.where(), Numbers.of(ratio)),
                "Few features with large values decide norms and products; they overflow first and leave no bits to"
                        + " the others when quantised.",
                "Look at the gains of the norm before this site; weight decay on gains and a lower learning rate"
                        + " slow the growth.");
    }
}
