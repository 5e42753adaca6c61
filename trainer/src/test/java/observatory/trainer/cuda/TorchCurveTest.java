package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TokenBatch;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The curve that the device's is held against is PyTorch's own: shown here with the CPU trainer in the device's place.
 */
class TorchCurveTest {
    private static final String PYTHON = "/usr/bin/python3";
    private static final int STEPS = 12;

    @Test
    void pytorchComesToTheLossesOfTheCpuTrainer() {
        TorchCurve torch = new TorchCurve(PYTHON);
        Assumptions.assumeTrue(torch.missing().isEmpty(), () -> "skipped: " + torch.missing());
        ModelSpec spec = new ModelSpec(2, 2, 32, 16, 64, Norm.LAYERNORM);
        TrainingSpec training = BenchRuns.training(STEPS, 3, Precision.FP32);
        List<TokenBatch> batches = LongStream.rangeClosed(1, STEPS)
                .mapToObj(step -> BenchRuns.batch(spec, 3, step))
                .toList();
        double[] expected = BenchRuns.onCpu(
                spec,
                training,
                (model, instruments) -> torch.losses(spec, BenchRuns.CONSTANTS, model.state(), batches));
        double[] got = BenchRuns.losses(spec, training, STEPS);
        assertArrayEquals(expected, got, 1e-4);
        assertTrue(got[STEPS - 1] < got[0], "something was learnt");
    }

    @Test
    void withoutPyTorchThePartIsSkippedAndSaysWhy() {
        assertEquals(
                "no no-such-python here",
                new TorchCurve("no-such-python").missing().orElseThrow());
        List<Measured> lines = new ArrayList<>();
        new AgreementBench(() -> 0, lines::add).torch("no-such-python");
        assertEquals(
                List.of(new Measured(
                        "curve against PyTorch fp32", Map.of("reason", "no no-such-python here"), "skipped")),
                lines);
    }
}
