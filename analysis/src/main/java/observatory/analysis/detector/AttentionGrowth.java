package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;

/**
 * Attention logits grow until softmax sees one token only. Levels as in practice: QK-clip acts at 100 (Megatron), fp16
 * softmax is in trouble near there, and instability was seen near 10,000 (Wortsman et al. 2023).
 */
public final class AttentionGrowth implements Detector<AttentionGrowth.State> {
    static final Setting WATCH =
            new Setting("attention_growth.watch", 50, Setting.from(5, 1e6), "logit", "half of what QK-clip bounds");
    static final Setting WARN =
            new Setting("attention_growth.warn", 100, Setting.from(5, 1e6), "logit", "the bound of Megatron's QK-clip");
    static final Setting CRITICAL = new Setting(
            "attention_growth.critical",
            1000,
            Setting.from(5, 1e6),
            "logit",
            "a tenth of where runs were seen to break");
    static final Setting GROWTH = new Setting(
            "attention_growth.growth",
            4,
            Setting.from(1.5, 100),
            "ratio",
            "logits of trained models double over thousands of steps; four times their level of the last 300, and more than"
                    + " attention_growth.watch, is no drift. Below, attention is learning to look, which is growth by any factor");
    static final List<Setting> SETTINGS = List.of(WATCH, WARN, CRITICAL, GROWTH);

    private static final String METRIC = "attention_logit_max";
    private static final int KNOWN = 20;

    /** The logarithm of the largest logit by site. */
    public record State(SiteTrend logits) {}

    private final Settings settings;

    public AttentionGrowth(Settings settings) {
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
        SiteTrend.Reading reading = state.logits.read(frame, column, logit -> Math.log(Math.max(logit, 1e-3)));
        State next = new State(reading.next());
        int worst = SiteTrend.Reading.largest(reading.value());
        if (worst < 0) {
            return Judgement.quiet(next);
        }
        int growing = fastestGrowing(reading);
        double largest = Math.exp(reading.value()[worst]);
        double growth = growing < 0 ? 1 : Math.exp(reading.growth()[growing]);
        boolean grows = growth >= settings.get(GROWTH);
        if (!grows && largest < settings.get(WATCH)) {
            return Judgement.quiet(next);
        }
        Severity severity = largest >= settings.get(CRITICAL)
                ? Severity.CRITICAL
                : largest >= settings.get(WARN) || grows ? Severity.WARNING : Severity.INFO;
        int at = grows ? growing : worst;
        String where = reading.site(at).label();
        double logit = Math.exp(reading.value()[at]);
        Evidence evidence = Evidence.none().with("largestLogit", logit).with("site", where);
        return Judgement.of(
                next,
                new Finding(
                        "AttentionGrowth",
                        Kind.ATTENTION_GROWTH,
                        severity,
                        frame.step(),
                        largest,
                        Verdict.OPTIMISER,
                        grows ? evidence.with("growth", growth) : evidence,
                        "At step %,d the largest attention logit in %s was %s%s."
                                .formatted(
                                        frame.step(),
                                        where,
                                        Numbers.of(logit),
                                        grows
                                                ? "; the level of the last ten steps is %s times that of the last 300"
                                                        .formatted(Numbers.of(growth))
                                                : ""),
                        "Large logits make softmax a choice of one token: gradients of queries and keys vanish or explode,"
                                + " and fp16 overflows; the cause is weights that grow under too high a learning rate.",
                        "Lower the learning rate, normalise queries and keys (QK norm), or clip their weights (QK-clip with"
                                + " threshold 100)."));
    }

    private int fastestGrowing(SiteTrend.Reading reading) {
        double large = Math.log(settings.get(WATCH));
        return reading.worst(
                        i -> reading.known(i, KNOWN) && reading.value()[i] > large ? reading.growth()[i] : Double.NaN)
                .map(SiteTrend.Worst::at)
                .orElse(-1);
    }
}
