package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
        ScalingLag lag = new ScalingLag(Settings.DEFAULTS);
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

    @Test
    void theConstantsOfARulesFileAreTheLaw() {
        Map<String, Double> given = Map.of(
                "scaling_lag.parameters", 104e9,
                "scaling_lag.tokens_per_step", TOKENS,
                "scaling_lag.e", LAW.e(),
                "scaling_lag.a", LAW.a(),
                "scaling_lag.b", LAW.b(),
                "scaling_lag.alpha", LAW.alpha(),
                "scaling_lag.beta", LAW.beta());
        ScalingLag lag = new ScalingLag(Settings.of(given, ScalingLag.SETTINGS));
        ScalingLag.State state = lag.start();
        List<Finding> findings = new ArrayList<>();
        for (int step = 1; step <= 4000; step++) {
            double loss = LAW.loss(new LossLaw.Split(20e9, step * TOKENS));
            Scalars scalars = new Scalars.Builder().put(Scalars.LOSS, loss).build();
            assertTrue(lag.needs().met(Set.of(Scalars.LOSS), Set.of()), "tokens are told by the rules");
            Judgement<ScalingLag.State> judged = lag.judge(state, Recorded.frame(step, scalars, Sites.none()));
            state = judged.state();
            findings.addAll(judged.findings());
        }
        double size = (double) findings.getLast().evidence().facts().get("equivalentParameters");
        assertEquals(20e9, size, 2e9, "the loss was that of this size");
    }
}
