package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class AttentionGrowthTest {
    private static final List<Site> LAYERS =
            List.of(Site.of(Hook.ATTENTION_LOGITS, 0), Site.of(Hook.ATTENTION_LOGITS, 1));

    /** The first finding of a run with two layers. */
    private static Finding first(LongToDoubleFunction one, LongToDoubleFunction other) {
        AttentionGrowth detector = new AttentionGrowth(Settings.DEFAULTS);
        AttentionGrowth.State state = detector.start();
        for (long step = 1; step <= 400; step++) {
            double[] logits = {one.applyAsDouble(step), other.applyAsDouble(step)};
            Column column = new Column("attention_logit_max", new int[] {0, 1}, logits);
            Judgement<AttentionGrowth.State> judged = detector.judge(
                    state, Recorded.frame(step, new Scalars.Builder().build(), new Sites(LAYERS, List.of(column))));
            state = judged.state();
            Optional<Finding> finding = judged.findings().stream().findFirst();
            if (finding.isPresent()) {
                return finding.get();
            }
        }
        throw new AssertionError("nothing found");
    }

    @Test
    void whatIsLargeWithoutHavingGrownIsNotSaidToHaveGrown() {
        assertEquals(
                "At step 1 the largest attention logit in layer 1 attention_logits was 70.",
                first(step -> 5, step -> 70).summary());
    }

    @Test
    void logitAndGrowthAreThoseOfTheLayerThatIsNamed() {
        Finding found = first(step -> 49, step -> step < 300 ? 5 : 48 + 0.5 * (step - 300));
        assertEquals("layer 1 attention_logits", found.evidence().facts().get("site"), found.summary());
        assertEquals(
                48 + 0.5 * (found.step() - 300),
                (double) found.evidence().facts().get("largestLogit"),
                1e-9,
                found.summary());
    }
}
