package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.InstantSource;
import java.util.List;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.trainer.Adam;
import observatory.trainer.Fault;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A device is given back however a model ends, and also where it never began. */
class GivenBackTest {
    private static final ModelSpec SPEC = new ModelSpec(1, 1, 16, 16, 256, ModelSpec.Norm.LAYERNORM);

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    @AfterEach
    void healthy() {
        Emulation.reset();
    }

    @ParameterizedTest
    @CsvSource({
        "cuStreamCreate, 0, 2",
        "cuStreamCreate, 1, 2",
        "cuModuleLoadDataEx, 0, 222",
        "cuMemAlloc, 0, 2",
        "cuMemAlloc, 2, 2",
        "cuMemHostAlloc, 0, 2",
        "cuMemHostAlloc, 3, 2",
        "cuStreamSynchronize, 0, 214"
    })
    void whereAModelCannotBeMade(String call, int after, int code) {
        Emulation.fail(call, after, code);
        assertThrows(RuntimeException.class, GivenBackTest::model);
        assertEquals(1, Emulation.calls("cuDevicePrimaryCtxRetain"));
        assertEquals(1, Emulation.calls("cuDevicePrimaryCtxRelease"), call);
    }

    @Test
    void whereTheDeviceIsLostMeanwhile() {
        CudaModel model = model();
        model.step(
                List.of(BenchRuns.batch(SPEC, 1, 1)),
                new StepSettings(1, 1, 1e-3, 1, 1, Adam.STANDARD, Precision.FP32));
        Emulation.fail("cuGraphExecDestroy", 0, 214);
        model.close();
        assertEquals(1, Emulation.calls("cuGraphExecDestroy"));
        assertEquals(1, Emulation.calls("cuDevicePrimaryCtxRelease"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 512, 513, 4096})
    void thePartsOfANormReachOverNoTwoSequencesHoweverManyThereAre(int sequences) {
        int context = 16;
        NormKernels.NormParts parts = NormKernels.NormParts.of(sequences * context, context);
        assertEquals(0, context % parts.rowsEach());
        assertEquals(sequences * context, parts.count() * parts.rowsEach());
        assertTrue(parts.count() <= NormKernels.NormParts.most(sequences * context, context));
    }

    private static CudaModel model() {
        CudaReducer reducer = new CudaReducer();
        Instruments<CudaTensor> instruments =
                new Instruments<>(null, reducer, FrameSink.NOBODY, InstantSource.system(), System::nanoTime);
        TrainingSpec training = new TrainingSpec(1, 1, 1e-3, 1, 1.0, Precision.FP32, 7);
        return new CudaModel(SPEC, training, Fault.NONE, instruments, reducer);
    }
}
