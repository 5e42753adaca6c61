package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.InstantSource;
import java.util.List;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.trainer.Corpus;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole model on emulated kernels trains as the CPU's does. */
class CudaModelTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 2, 32, 16, 256, Norm.LAYERNORM);

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    @Test
    void trainsAsTheCpuDoes() {
        TrainingSpec training = new TrainingSpec(4, 2, 1e-3, 2, 1.0, Precision.FP32, 7);
        Recipe recipe = new Recipe(SPEC, training, corpus(), Fault.NONE);
        Instruments<Tensor> onCpu = new Instruments<>(
                origin(), new CpuReducer(), FrameSink.NOBODY, InstantSource.system(), System::nanoTime);
        CudaReducer reducer = new CudaReducer();
        Instruments<CudaTensor> onCuda =
                new Instruments<>(origin(), reducer, FrameSink.NOBODY, InstantSource.system(), System::nanoTime);
        try (Workers workers = new Workers(1);
                CpuModel cpu = new CpuModel(SPEC, training, Fault.NONE, onCpu, workers);
                CudaModel cuda = new CudaModel(SPEC, training, Fault.NONE, onCuda, reducer)) {
            Trainer one = new Trainer(recipe, cpu, onCpu, System::nanoTime);
            Trainer two = new Trainer(recipe, cuda, onCuda, System::nanoTime);
            while (!one.done()) {
                Trainer.Result expected = one.step();
                Trainer.Result got = two.step();
                assertEquals(expected.loss(), got.loss(), 1e-5, "loss of step " + expected.step());
                assertEquals(expected.gradientNorm(), got.gradientNorm(), 1e-4 * expected.gradientNorm());
            }
        }
    }

    private static Origin origin() {
        return new Origin(new RunId("test"), 0, new java.util.UUID(1, 2), 0);
    }

    private static Corpus corpus() {
        byte[] text = "the quick brown fox jumps over the lazy dog and runs away from the big bad wolf; "
                .repeat(40)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return new Corpus(List.of(new Corpus.Source("text", text)));
    }
}
