package observatory.probe.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;
import org.junit.jupiter.api.Test;

/** Against numbers that a person can check: see {@link Steps}. */
class StepProbesTest {
    private static final Schedule ALWAYS = Schedule.everyStep();
    private static final StepFacts NOTHING = new StepFacts(Scalars.none(), Optional.empty());

    @Test
    void theResidualStreamGrowsByItsLogarithmPerLayer() {
        assertEquals(Map.of("residual_growth", 2.0), said(new ResidualGrowth(ALWAYS)));
    }

    @Test
    void theEmbeddingsShareOfTheGradientIsOfNorms() {
        assertEquals(Map.of("embedding_gradient_share", 0.6), said(new EmbeddingGradientShare(ALWAYS)));
    }

    @Test
    void theRmsOfAdamIsGivenOverItsBound() {
        assertEquals(0.3, said(new AdamRmsShare(ALWAYS)).get("adam_rms_share"), 1e-12);
    }

    @Test
    void queriesTimesKeysHaveTheHeadroomOfTheUnscaledProduct() {
        assertEquals(3, said(new QueryKeyHeadroom(ALWAYS)).get("qk_headroom_bits"), 1e-12);
    }

    @Test
    void theNoiseScaleOfFourMicroBatchesOfTwo() {
        // Micro-batch gradients (1,2,3), (2,1,.5), (0,3,1), (1.5,-1,2) of 2 sequences each: |G|² = 4.25, tr Σ = 9.75.
        Map<String, Double> said = said(new GradientNoise(ALWAYS));
        assertEquals(4.25, said.get("gradient_noise_square"), 1e-12);
        assertEquals(9.75, said.get("gradient_noise_trace"), 1e-12);
        assertEquals(2.294117647058824, said.get("gradient_noise_trace") / said.get("gradient_noise_square"), 1e-12);
    }

    @Test
    void theNoiseOfNormLayersTakesSequencesOneByOne() {
        // The same squares at b = 1 of B = 4: |G|² = (4·5.46875 - 9.125)/3, tr Σ = (9.125 - 5.46875)/(1 - 1/4).
        Map<String, Double> said = said(new NormLayerNoise(ALWAYS));
        assertEquals(4.25, said.get("norm_noise_square"), 1e-12);
        assertEquals(4.875, said.get("norm_noise_trace"), 1e-12);
    }

    @Test
    void lossesAreMeansOfTheirSource() {
        assertEquals(Map.of("loss/en", 3.0, "loss/de", 3.0), said(new SourceLoss(ALWAYS)));
    }

    @Test
    void throughputAndUtilisationOfAStepOfTwoSeconds() {
        assertEquals(Map.of("tokens_per_second", 256.0, "model_flops_utilisation", 0.25), said(new Throughput(ALWAYS)));
    }

    @Test
    void whereNothingIsKnownNothingIsSaid() {
        for (Probes.Entry entry : Probes.catalogue()) {
            if (entry.probe() instanceof StepProbe probe) {
                probe.read(NOTHING, Sites.none(), (name, value) -> {
                    throw new AssertionError(entry.name() + " said " + name + "=" + value);
                });
            }
        }
        StepFacts whole = new StepFacts(
                new Scalars.Builder()
                        .put(Scalars.GRADIENT_NORM, 1)
                        .put(Scalars.BATCH_SEQUENCES, 8)
                        .put(Scalars.MICRO_BATCH_SEQUENCES, 8)
                        .put(Scalars.MICRO_GRADIENT_SQUARE, 1)
                        .build(),
                Optional.empty());
        new GradientNoise(ALWAYS).read(whole, Sites.none(), (name, value) -> {
            throw new AssertionError("one micro-batch has no noise to compare: " + name + "=" + value);
        });
    }

    private static Map<String, Double> said(StepProbe probe) {
        Map<String, Double> said = new HashMap<>();
        probe.read(Steps.FACTS, Steps.SITES, said::put);
        return said;
    }
}
