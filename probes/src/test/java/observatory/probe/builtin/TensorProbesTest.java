package observatory.probe.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import observatory.probe.Exponents;
import observatory.probe.Hook;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Probe;
import observatory.probe.Schedule;
import observatory.probe.Site;
import org.junit.jupiter.api.Test;

/** Probes on tensors whose answer is a closed form or a published number. */
class TensorProbesTest {
    private static final Schedule ALWAYS = Schedule.everyStep();
    private static final Set<Hook> RESIDUAL = Set.of(Hook.RESIDUAL);

    @Test
    void headroomCountsTheDoublingsThatAreLeft() {
        Map<String, Double> said = said(new FormatHeadroom(RESIDUAL, ALWAYS), HostTensor.of(-16_376, 3));
        assertEquals(2, said.get("fp16_headroom_bits"), 1e-12);
        assertEquals(-5.19, said.get("e4m3_headroom_bits"), 0.01);
        assertEquals(1.808, said.get("e5m2_headroom_bits"), 0.001);
        assertTrue(said.get("bf16_headroom_bits") > 113);
        Map<String, Double> over =
                said(new FormatHeadroom(RESIDUAL, ALWAYS), HostTensor.of(1, Float.POSITIVE_INFINITY));
        assertEquals(Double.NEGATIVE_INFINITY, over.get("fp16_headroom_bits"));
    }

    @Test
    void squaresAndCubesOverflowBeforeTheirTensorsDo() {
        Map<String, Double> edge = said(new OperationHeadroom(ALWAYS), HostTensor.of(255.94f, 1));
        assertEquals(0, edge.get("square_headroom_bits"), 1e-3);
        assertEquals(
                0, said(new OperationHeadroom(ALWAYS), HostTensor.of(40.31f)).get("cube_headroom_bits"), 1e-3);
        HostTensor wide = new HostTensor(filled(4096, 4), 1, 4096);
        assertEquals(
                0, said(new TokenNorm(RESIDUAL, ALWAYS), wide).get("sum_squares_headroom_bits"), 1e-3, "rms 4 at 4096");
    }

    @Test
    void theLossesOfFp16AreThoseOfTheErrorFunction() {
        // erf(2^-14/(σ√2)) and erf(2^-25/(σ√2)): σ = 1e-4 gives .458 and .0002, 1e-6 .0238 flushed, 1e-7 .234.
        Map<String, Double> first = said(new FormatRange(RESIDUAL, 1, ALWAYS), gaussian(1e-4));
        assertEquals(.458, first.get("fp16_subnormal") + first.get("fp16_flushed"), .005);
        assertEquals(.0002, first.get("fp16_flushed"), .0002);
        assertEquals(
                .0238,
                said(new FormatRange(RESIDUAL, 1, ALWAYS), gaussian(1e-6)).get("fp16_flushed"),
                .002);
        assertEquals(
                .234, said(new FormatRange(RESIDUAL, 1, ALWAYS), gaussian(1e-7)).get("fp16_flushed"), .005);
        assertEquals(
                .234, said(new FormatRange(RESIDUAL, 8, ALWAYS), gaussian(1e-7)).get("fp16_flushed"), .015);
        assertEquals(0, first.get("bf16_flushed"));
    }

    @Test
    void noLossScaleWidensTheSpanOfAGradient() {
        // Largest 2^-10, one 2^-49 (just kept at the best scale), one 2^-51 (lost whatever the scale), two normal ones.
        float[] values = {0x1p-10f, 0x1p-49f, 0x1p-51f, 0x1p-12f, 0x1p-39f, 0};
        for (float scale : new float[] {1, 0x1p20f}) {
            float[] scaled = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                scaled[i] = values[i] * scale;
            }
            Map<String, Double> said = said(new GradientRange(RESIDUAL, 1, ALWAYS), HostTensor.of(scaled));
            assertEquals(.2, said.get("fp16_lost_at_best_scale"), 1e-12);
            assertEquals(.2, said.get("fp16_subnormal_at_best_scale"), 1e-12, "2^-49 alone; 2^-39 stays normal");
            assertEquals(42, said.get("exponent_span"));
        }
    }

    @Test
    void everyBinadeIsCountedFromTheHighestDown() {
        // 2^3, 2^2 twice, nothing in 2^1, 1.5 is 2^0; 2^-60 lies below the fortieth binade, which takes it.
        float[] values = {8, 4, -5, 1.5f, 0, 0x1p-60f, Float.NaN, Float.POSITIVE_INFINITY};
        List<Double> counts = new ArrayList<>();
        List<Double> top = new ArrayList<>();
        HostReducer reducer = new HostReducer();
        ExponentHistogram probe = new ExponentHistogram(RESIDUAL, 1, ALWAYS);
        reducer.enqueue(0, probe.reduction(), HostTensor.of(values), null);
        probe.read(
                Site.of(Hook.RESIDUAL, 0),
                (Exponents) reducer.result(0),
                (site, metric, value) -> (metric.endsWith("_top") ? top : counts).add(value));
        assertEquals(List.of(3.0), top);
        assertEquals(List.of(1.0, 2.0, 0.0, 1.0), counts.subList(0, 4));
        assertEquals(ExponentHistogram.MOST, counts.size());
        assertEquals(1, counts.getLast());
        assertEquals(5, counts.stream().mapToDouble(Double::doubleValue).sum());
    }

    @Test
    void kurtosisOverNeuronsIsTheGoldenValue() {
        HostTensor rows = new HostTensor(new float[] {1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0}, 3, 4);
        Map<String, Double> said = said(new UnitActivity(RESIDUAL, ALWAYS), rows);
        assertEquals(2.2222222222222223, said.get("neuron_kurtosis"), 1e-15);
        assertEquals(.5, said.get("dead_fraction"));
    }

    @Test
    void adamsRmsIsTheGoldenValue() {
        // g = (1e-3, 2e-3, -5e-4, 4e-3), u before 1e-6, β2 = .99, so u = .99e-6 + .01 g².
        float[] g = {1e-3f, 2e-3f, -5e-4f, 4e-3f};
        float[] ratio = new float[4];
        for (int i = 0; i < 4; i++) {
            ratio[i] = (float) (g[i] / Math.sqrt(.99e-6 + .01 * g[i] * g[i]));
        }
        assertEquals(
                2.18222522856, said(new AdamRms(ALWAYS), HostTensor.of(ratio)).get("adam_rms"), 1e-6);
    }

    @Test
    void theDirectionOfUncorrelatedGradientsHasTheTheoreticalSpread() {
        // r of iid gradients is N(0, (1 - β1)/(1 + β1)): sd .2294 and .23 % beyond .7 at β1 = .9.
        HostTensor r = gaussian(Math.sqrt(.1 / 1.9));
        assertEquals(.229416, said(new AdamDirection(ALWAYS), r).get("direction_rms"), .002);
        assertEquals(.0023, said(new UpdateCoherence(ALWAYS), r).get("direction_tail"), .0008);
        assertEquals(
                .5,
                said(new EpsilonDominance(ALWAYS), HostTensor.of(1e-9f, 1e-8f, 2e-8f, 1))
                        .get("epsilon_share"));
    }

    @Test
    void attentionIsReportedOfTheLayerAndOfEachHead() {
        HostTensor logits = new HostTensor(new float[] {1, 5, 3, 2}, 2, 2);
        Map<String, Double> said = said(new AttentionLogits(ALWAYS), logits);
        assertEquals(5, said.get("attention_logit_max"));
        assertEquals(3, said.get("head 0 attention_logit_max"));
        assertEquals(5, said.get("head 1 attention_logit_max"));
        Map<String, Double> entropy =
                said(new AttentionEntropy(ALWAYS), new HostTensor(new float[] {1, 0, .5f, .5f}, 2, 2));
        assertEquals(.5, entropy.get("attention_entropy"));
        assertEquals(.25, entropy.get("head 1 attention_entropy"));
    }

    @Test
    void gradientsOfSingleSequencesUndoTheMeanOfTheBatch() {
        // Two sequences with gradients (2, 0) and (0, 4); each adds half of its own to the mean (1, 2).
        Map<String, Double> said = said(new ExampleGradients(ALWAYS), new HostTensor(new float[] {1, 0, 0, 2}, 2, 2));
        assertEquals((4 + 16) / 2.0, said.get("example_gradient_square"));
        assertEquals(5, said.get("batch_gradient_square"));
        assertEquals(2, said.get("examples"));
    }

    private static HostTensor gaussian(double deviation) {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[1 << 17];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return new HostTensor(values, 1 << 7, 1 << 10);
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Double> said(Probe<?> probe, HostTensor tensor) {
        HostReducer reducer = new HostReducer();
        reducer.enqueue(0, probe.reduction(), tensor, null);
        Map<String, Double> said = new HashMap<>();
        ((Probe<Object>) probe)
                .read(
                        Site.of(Hook.RESIDUAL, 0),
                        reducer.result(0),
                        (site, metric, value) ->
                                said.put(site.parameter().isEmpty() ? metric : site.parameter() + " " + metric, value));
        return said;
    }
}
