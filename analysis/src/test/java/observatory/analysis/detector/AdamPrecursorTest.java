package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/**
 * RMS of four parameters of a small healthy model as they were measured: matrices, of which the logarithm scatters by
 * 0.13, the bias of a norm by 0.35, and an output matrix whose rows of rare tokens make it jump, above 2.3 once in two hundred steps, up to 2.95.
 */
class AdamPrecursorTest {
    private static final int SEEDS = 8;
    private static final int STEPS = 3000;
    private static final int AT = 2000;
    private static final List<Site> PARAMETERS = List.of(
            new Site(Hook.NORMALISED_GRADIENT, -1, "embedding.token"),
            new Site(Hook.NORMALISED_GRADIENT, 0, "mlp.up"),
            new Site(Hook.NORMALISED_GRADIENT, 0, "mlp.norm.bias"),
            new Site(Hook.NORMALISED_GRADIENT, -1, "unembedding"));

    @Test
    void whatIsWideInEveryStepIsToldOnceInFiveThousandStepsAtMost() {
        long told = LongStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> found(seed, 1))
                .mapToLong(List::size)
                .sum();
        assertTrue(told <= SEEDS * STEPS / 5000, told + " in " + SEEDS * STEPS);
    }

    @Test
    void aMatrixThatIsNarrowOtherwiseIsToldAtTheStepItJumps() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertTrue(
                    found(seed, 6).stream()
                            .anyMatch(one -> one.step() == AT && one.summary().contains("embedding.token")),
                    "seed " + seed);
        }
    }

    /** @param jump of the embedding, at one step */
    private static List<Finding> found(long seed, double jump) {
        AdamPrecursor detector = new AdamPrecursor(Settings.DEFAULTS);
        AdamPrecursor.State state = detector.start();
        Random random = new Random(seed);
        List<Finding> found = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            double[] rms = {
                0.57 * Math.exp(0.13 * random.nextGaussian()) * (step == AT ? jump : 1),
                0.98 * Math.exp(0.13 * random.nextGaussian()),
                Math.min(4.4, 0.86 * Math.exp(0.35 * random.nextGaussian())),
                Math.min(2.95, 0.5 * Math.exp(0.1 * random.nextGaussian() - 0.28 * Math.log(random.nextDouble())))
            };
            Sites sites = new Sites(PARAMETERS, List.of(new Column("adam_rms", new int[] {0, 1, 2, 3}, rms)));
            Judgement<AdamPrecursor.State> judged = detector.judge(state, Recorded.frame(step, Scalars.none(), sites));
            state = judged.state();
            found.addAll(judged.findings());
        }
        return found;
    }
}
