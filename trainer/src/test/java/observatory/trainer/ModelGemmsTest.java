package observatory.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import observatory.probe.efficiency.Gpu;
import observatory.probe.efficiency.TileWave;
import org.junit.jupiter.api.Test;

class ModelGemmsTest {
    private static final ModelSpec GPT2 = new ModelSpec(12, 12, 768, 1024, 50257, ModelSpec.Norm.LAYERNORM);

    @Test
    void operationsAreThoseOfThePaperOnPalm() {
        // 6N + 12·L·H·Q·T per token, N being the matrices: 12·L·C² and the unembedding.
        double matrices = 12.0 * 12 * 768 * 768 + 50257.0 * 768;
        double perToken = 6 * matrices + 12.0 * 12 * 768 * 1024;
        assertEquals(perToken * 4 * 1024, ModelGemms.flops(GPT2, 4, 1024), 1e-9 * perToken * 4096);
    }

    @Test
    void aVocabularyThatFitsTheTilesIsMoreEfficient() {
        ModelSpec padded = new ModelSpec(12, 12, 768, 1024, 50304, ModelSpec.Norm.LAYERNORM);
        double odd = TileWave.efficiency(ModelGemms.of(GPT2, 16, 1024), Gpu.H100);
        double even = TileWave.efficiency(ModelGemms.of(padded, 16, 1024), Gpu.H100);
        assertTrue(even > odd && even < 1, "even=" + even + ", odd=" + odd);
    }
}
