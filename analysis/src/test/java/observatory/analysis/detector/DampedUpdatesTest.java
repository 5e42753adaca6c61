package observatory.analysis.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import observatory.analysis.Finding;
import observatory.analysis.Recorded;
import observatory.probe.Column;
import observatory.probe.Hook;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Test;

/** Runs of four parameters of 64 elements each, whose second moments an Adam of the test's own keeps. */
class DampedUpdatesTest {
    private static final int PARAMETERS = 4;
    private static final int ELEMENTS = 64;
    private static final int STEPS = 400;
    /** Deviation of the gradients of the first parameter; each other's is twice as large as the one before. */
    private static final double SMALL = 1e-3;

    private static final LongToDoubleFunction STEADY = step -> 1;

    @Test
    void anEpsilonAboveTheSecondMomentsIsToldFromTheFirstStepsOnAndHowFar() {
        List<Finding> found = found(0.95, 0.02, 1, STEADY, Map.of("epsilon", "0.02"));
        assertEquals(13, found.getFirst().step());
        Finding last = found.getLast();
        assertEquals(STEPS, last.step());
        assertEquals(20, (double) last.evidence().facts().get("largest"), 1); // ε / √v of the first
        assertEquals(4L, last.evidence().facts().get("parameters"));
        assertTrue(last.summary().endsWith("; the run began with ε = 0.02."), last.summary());
    }

    @Test
    void anEpsilonThatNobodyTellsIsFoundAllTheSame() {
        Finding last = found(0.95, 0.02, 1, STEADY, Map.of()).getLast();
        assertTrue(last.summary().endsWith(" times."), last.summary());
    }

    @Test
    void aSmallEpsilonIsNotWhateverTheMemory() {
        for (double beta2 : new double[] {0.9, 0.95, 0.999, 0.9999}) {
            assertEquals(List.of(), found(beta2, 1e-8, 1, STEADY, Map.of()), "β2 = " + beta2);
        }
    }

    /** A long memory holds old gradients, and updates are small for its sake, which is no ε. */
    @Test
    void gradientsThatFallOrRiseAreNot() {
        for (double beta2 : new double[] {0.95, 0.999, 0.9999}) {
            for (int every : new int[] {1, 10}) {
                for (double clip : new double[] {1e9, 0.05}) {
                    assertEquals(List.of(), found(beta2, 1e-8, every, clip, step -> Math.exp(-step / 60.0), Map.of()));
                    assertEquals(List.of(), found(beta2, 1e-8, every, clip, step -> Math.exp(step / 100.0), Map.of()));
                }
            }
        }
    }

    /** Read so rarely, neither the levels nor the memory know the steps between. */
    @Test
    void twoReadingsOfASmallGradientAmongRareOnesAreNot() {
        LongToDoubleFunction small = step -> step == 320 || step == 340 ? 0.3 : 1;
        assertEquals(List.of(), found(0.8, 1e-8, 20, small, Map.of()));
    }

    @Test
    void ofEveryTenthStepItIsToldAfterThirteenValues() {
        assertEquals(130, found(0.95, 0.02, 10, STEADY, Map.of()).getFirst().step());
    }

    private static List<Finding> found(
            double beta2, double epsilon, int every, LongToDoubleFunction size, Map<String, String> manifest) {
        return found(beta2, epsilon, every, 1e9, size, manifest);
    }

    /** @param every how many steps lie between two frames */
    private static List<Finding> found(
            double beta2,
            double epsilon,
            int every,
            double clip,
            LongToDoubleFunction size,
            Map<String, String> manifest) {
        Random random = new Random(1);
        double[][] second = new double[PARAMETERS][ELEMENTS];
        DampedUpdates detector = new DampedUpdates(Settings.DEFAULTS);
        RunEvent begins = RunEvent.of(Recorded.ORIGIN, 0, 0, Instant.EPOCH, RunEvent.Kind.START, manifest);
        DampedUpdates.State state = detector.hear(detector.start(), begins).state();
        List<Finding> found = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            double[] norms = new double[PARAMETERS];
            double[] rms = new double[PARAMETERS];
            double[][] gradients = new double[PARAMETERS][ELEMENTS];
            double all = 0;
            for (int p = 0; p < PARAMETERS; p++) {
                for (int i = 0; i < ELEMENTS; i++) {
                    gradients[p][i] = size.applyAsDouble(step) * Math.scalb(SMALL, p) * random.nextGaussian();
                    norms[p] += gradients[p][i] * gradients[p][i];
                }
                all += norms[p];
                norms[p] = Math.sqrt(norms[p]);
            }
            double total = Math.sqrt(all);
            for (int p = 0; p < PARAMETERS; p++) {
                double sum = 0;
                for (int i = 0; i < ELEMENTS; i++) {
                    double g = gradients[p][i] * Math.min(1, clip / total);
                    second[p][i] = beta2 * second[p][i] + (1 - beta2) * g * g;
                    double ratio = g / Math.max(Math.sqrt(second[p][i] / (1 - Math.pow(beta2, step))), epsilon);
                    sum += ratio * ratio;
                }
                rms[p] = Math.sqrt(sum / ELEMENTS);
            }
            if (step % every == 0) {
                Judgement<DampedUpdates.State> judged = detector.judge(
                        state,
                        Recorded.frame(
                                step,
                                new Scalars.Builder()
                                        .put(Scalars.GRADIENT_NORM, total)
                                        .put(Scalars.ADAM_BETA2, beta2)
                                        .build(),
                                sites(norms, rms)));
                state = judged.state();
                found.addAll(judged.findings());
            }
        }
        return found;
    }

    private static Sites sites(double[] norms, double[] rms) {
        List<Site> sites = new ArrayList<>();
        int[] first = new int[PARAMETERS];
        int[] then = new int[PARAMETERS];
        for (int p = 0; p < PARAMETERS; p++) {
            sites.add(new Site(Hook.GRADIENT, p, "mlp.up"));
            first[p] = p;
            then[p] = PARAMETERS + p;
        }
        for (int p = 0; p < PARAMETERS; p++) {
            sites.add(new Site(Hook.NORMALISED_GRADIENT, p, "mlp.up"));
        }
        return new Sites(sites, List.of(new Column("norm", first, norms), new Column("adam_rms", then, rms)));
    }
}
