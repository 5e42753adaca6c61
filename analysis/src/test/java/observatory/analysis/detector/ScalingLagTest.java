package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.analysis.scaling.LossLaw;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

class ScalingLagTest {
    private static final long SEED = 4;
    private static final LossLaw LAW = LossLaw.BESIROGLU;
    private static final double TOKENS = 4e6;

    /** A run of the size {@code actual} where one of 104e9 was planned: half the feed-forward layer went missing. */
    private static List<Finding> run(double actual, int steps) {
        ScalingLag lag = new ScalingLag(new ScalingLag.Expectation(LAW, 104e9));
        ScalingLag.State state = lag.start();
        Random random = new Random(SEED);
        List<Finding> findings = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            double loss = LAW.loss(new LossLaw.Split(actual, step * TOKENS)) * Math.exp(0.02 * random.nextGaussian());
            Scalars scalars = new Scalars.Builder()
                    .put(Scalars.LOSS, step % 500 == 0 ? Double.NaN : loss)
                    .put(Scalars.TOKENS, TOKENS)
                    .build();
            Judgement<ScalingLag.State> judged = lag.judge(state, Recorded.frame(step, scalars, Sites.none()));
            state = judged.state();
            findings.addAll(judged.findings());
        }
        return findings;
    }

    @Test
    void aRunOnItsLawIsSilent() {
        assertEquals(List.of(), run(104e9, 50_000));
    }

    @Test
    void aModelThatIsSmallerThanPlannedIsToldAndHowLargeItSeems() {
        List<Finding> findings = run(20e9, 20_000);
        assertTrue(!findings.isEmpty());
        double size = (double) findings.getLast().evidence().facts().get("equivalentParameters");
        assertEquals(20e9, size, 5e9);
        assertTrue(
                findings.getLast().summary().contains("where a model of"),
                findings.getLast().summary());
    }

    @Test
    void aRunMayLogItsOwnExpectation() {
        ScalingLag lag = new ScalingLag();
        ScalingLag.State state = lag.start();
        int found = 0;
        for (int step = 1; step <= 400; step++) {
            Scalars scalars = new Scalars.Builder()
                    .put(Scalars.LOSS, step < 200 ? 2.5 : 2.6)
                    .put(ScalingLag.EXPECTED_LOSS, 2.5)
                    .build();
            Judgement<ScalingLag.State> judged = lag.judge(state, Recorded.frame(step, scalars, Sites.none()));
            state = judged.state();
            found += judged.findings().size();
            assertTrue(step >= 200 || found == 0);
        }
        assertTrue(found > 50, "" + found);
    }
}
