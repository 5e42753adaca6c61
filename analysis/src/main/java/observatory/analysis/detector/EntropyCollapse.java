package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;

/** The entropy of attention collapses: heads look at one token only, which goes with instability (Zhai et al. 2023). */
public final class EntropyCollapse implements Detector<EntropyCollapse.State> {
    static final Setting LOW = new Setting(
            "entropy_collapse.low",
            0.05,
            Setting.from(0.001, 0.9),
            "share of the largest entropy",
            "one token in twenty of what could be looked at; such attention goes with instability (Zhai et al. 2023)");
    static final Setting DROP = new Setting(
            "entropy_collapse.drop",
            0.5,
            Setting.from(0.05, 1),
            "share of the level",
            "half of the entropy of the last 300 steps; heads that learn sharpen over thousands of steps");
    static final Setting SHARP = new Setting(
            "entropy_collapse.sharp",
            0.2,
            Setting.from(0.01, 1),
            "share of the largest entropy",
            "at a fifth a head looks at two or three of 128 tokens; heads of healthy runs fall from nine tenths to three within"
                    + " a hundred steps as they learn where to look");
    static final List<Setting> SETTINGS = List.of(LOW, DROP, SHARP);

    private static final String METRIC = "attention_entropy";
    private static final int KNOWN = 20;
    /** A head that has always looked at one token is not falling. */
    private static final double FALLING = 0.1;

    /** Entropy by site, normalised to 0..1. */
    public record State(SiteTrend entropy) {}

    private final Settings settings;

    public EntropyCollapse(Settings settings) {
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
        SiteTrend.Reading reading = state.entropy.read(frame, METRIC, x -> x);
        return Judgement.of(
                new State(reading.next()), reading.worst(i -> drop(reading, i)).map(worst -> finding(frame, worst)));
    }

    /** Which share of its level a site has lost, where that or what is left is a collapse. */
    private double drop(SiteTrend.Reading reading, int i) {
        double drop = reading.slow(i) > 0 ? -reading.growth()[i] / reading.slow(i) : 0;
        double left = reading.fast(i);
        boolean falls = drop >= settings.get(DROP) && left <= settings.get(SHARP)
                || drop > FALLING && left <= settings.get(LOW);
        return reading.known(i, KNOWN) && falls ? drop : Double.NaN;
    }

    private Finding finding(Frame frame, SiteTrend.Worst worst) {
        return new Finding(
                "EntropyCollapse",
                Kind.ATTENTION_GROWTH,
                worst.fast() <= settings.get(LOW) ? Severity.CRITICAL : Severity.WARNING,
                frame.step(),
                worst.measure(),
                Verdict.OPTIMISER,
                Evidence.none()
                        .with("entropy", worst.fast())
                        .with("site", worst.where())
                        .with("drop", worst.measure()),
                "Up to step %,d the attention entropy of %s fell to %s of its largest, by %s of its level."
                        .formatted(frame.step(), worst.where(), Numbers.of(worst.fast()), Numbers.of(worst.measure())),
                "Heads that look at one token only pass on steep gradients; collapse of entropy and instability of"
                        + " the loss were seen together.",
                "Lower the learning rate or normalise queries and keys; σReparam bounds the logits by their weights'"
                        + " spectral norm.");
    }
}
