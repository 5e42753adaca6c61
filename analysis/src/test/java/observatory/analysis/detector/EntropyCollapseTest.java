package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.analysis.Severity;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** One head whose entropy, measured at every tenth step, goes from 0.9 of the largest to another value within 100 steps. */
class EntropyCollapseTest {
    private static final List<Site> HEAD = List.of(Site.of(Hook.ATTENTION_ENTROPY, 1));

    @Test
    void aHeadThatLearnsToLookAtAFewTokensIsNotTold() {
        assertEquals(List.of(), found(0.3));
    }

    @Test
    void aHeadThatIsLeftWithTwoOrThreeTokensIs() {
        List<Finding> found = found(0.15);
        assertEquals(Severity.WARNING, found.getFirst().severity());
        assertTrue(found.getFirst().step() <= 350, found::toString);
    }

    @Test
    void aHeadThatIsLeftWithOneIsCritical() {
        assertTrue(found(0.03).stream().anyMatch(one -> one.severity() == Severity.CRITICAL));
    }

    private static List<Finding> found(double end) {
        EntropyCollapse detector = new EntropyCollapse(Settings.DEFAULTS);
        EntropyCollapse.State state = detector.start();
        Random random = new Random(1);
        List<Finding> found = new ArrayList<>();
        for (int step = 10; step <= 600; step += 10) {
            double way = Math.clamp((step - 220) / 100.0, 0, 1);
            double entropy = (0.9 + way * (end - 0.9)) * Math.exp(0.02 * random.nextGaussian());
            Sites sites =
                    new Sites(HEAD, List.of(new Column("attention_entropy", new int[] {0}, new double[] {entropy})));
            Judgement<EntropyCollapse.State> judged =
                    detector.judge(state, Recorded.frame(step, Scalars.none(), sites));
            state = judged.state();
            found.addAll(judged.findings());
        }
        return found;
    }
}
