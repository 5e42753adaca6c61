package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;

/** The entropy of attention collapses: heads look at one token only, which goes with instability (Zhai et al. 2023). */
public final class EntropyCollapse implements Detector<EntropyCollapse.State> {
    static final Setting LOW = new Setting(
            "entropy_collapse.low",
            0.05,
            Setting.from(0.001, 0.9),
            "share of the largest entropy",
            "one token in twenty of what could be looked at; published mark (signals.md 7)");
    static final Setting DROP = new Setting(
            "entropy_collapse.drop",
            0.5,
            Setting.from(0.05, 1),
            "share of the level",
            "half of the entropy of the last 300 steps; heads that learn sharpen over thousands of steps");
    static final List<Setting> SETTINGS = List.of(LOW, DROP);

    private static final String METRIC = "attention_entropy";
    private static final int KNOWN = 20;

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
        Column column = frame.sites().column(METRIC).orElseThrow();
        SiteTrend.Reading reading = state.entropy.read(frame, column, x -> x);
        State next = new State(reading.next());
        int at = -1;
        double worst = 0;
        for (int i = 0; i < reading.value().length; i++) {
            double level = reading.next().slow()[i];
            double drop = level > 0 ? -reading.growth()[i] / level : 0;
            boolean falls = drop >= settings.get(DROP) || reading.next().fast()[i] <= settings.get(LOW) && drop > 0.1;
            if (reading.known(i, KNOWN) && falls && drop > worst) {
                at = i;
                worst = drop;
            }
        }
        if (at < 0) {
            return Judgement.quiet(next);
        }
        double now = reading.next().fast()[at];
        String where = reading.site(at).label();
        return Judgement.of(
                next,
                new Finding(
                        "EntropyCollapse",
                        Kind.ATTENTION_GROWTH,
                        now <= settings.get(LOW) ? Severity.CRITICAL : Severity.WARNING,
                        frame.step(),
                        worst,
                        Verdict.OPTIMISER,
                        Evidence.none().with("entropy", now).with("site", where).with("drop", worst),
                        "Up to step %d the attention entropy of %s fell to %s of its largest, by %s of its level."
                                .formatted(frame.step(), where, Words.number(now), Words.number(worst)),
                        "Heads that look at one token only pass on steep gradients; collapse of entropy and instability of"
                                + " the loss were seen together.",
                        "Lower the learning rate or normalise queries and keys; σReparam bounds the logits by their weights'"
                                + " spectral norm."));
    }
}
