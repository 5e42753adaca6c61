package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.InstantSource;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.trainer.DeviceLost;
import observatory.trainer.DeviceUnusable;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person is told where CUDA cannot be used, or stops being usable: what is missing, and what to do. */
class CudaProbeTest {
    private static final ModelSpec SPEC = new ModelSpec(1, 1, 16, 8, 256, Norm.LAYERNORM);

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    @AfterEach
    void healthy() {
        Emulation.reset();
    }

    @Test
    void aUsableDeviceIsNamed() {
        CudaProbe.Found found = CudaProbe.probe();
        assertTrue(found.usable());
        assertEquals("host emulation", found.reason());
        assertEquals(80, found.capability());
    }

    @Test
    void anOldDriverAnOldDeviceAndNoDeviceAreToldApart() {
        Emulation.device(1, 80, 11080);
        refuses("too old", "CUDA 11.8", "12.0", "525");
        Emulation.device(1, 75, 13000);
        refuses("compute capability 7.5", "8.0", "CPU");
        Emulation.device(0, 80, 13000);
        refuses("no CUDA device", "CUDA_VISIBLE_DEVICES");
        Emulation.device(1, 80, 13000);
        Emulation.fail("cuInit", 0, 803);
        refuses("803", "reboot");
        Emulation.fail("cuInit", 0, 999);
        refuses("999", "nvidia-smi");
    }

    @Test
    void tooLittleMemoryNamesWhatIsNeededAndTheLargestMicroBatchThatFits() {
        Emulation.memory(160L << 20);
        String said = assertThrows(DeviceUnusable.class, () -> model(4096)).getMessage();
        assertTrue(
                said.matches("not enough memory on host emulation: needed=.* GiB, free=.* GiB of 0.16 GiB,"
                        + " sequences=4096; the largest micro-batch that fits is ([1-9]\\d*): --micro-batch \\1"),
                said);
        int fits = Integer.parseInt(said.replaceAll(".* --micro-batch ", ""));
        model(fits).close();
        String less = assertThrows(DeviceUnusable.class, () -> model(fits + 1)).getMessage();
        assertTrue(less.endsWith(" --micro-batch " + fits), less);
        Emulation.memory(1 << 20);
        String none = assertThrows(DeviceUnusable.class, () -> model(1)).getMessage();
        assertTrue(none.contains("not even one sequence fits"), none);
    }

    @Test
    void kernelsThatTheDriverRejectsAreNotThePersonsFault() {
        Emulation.fail("cuModuleLoadDataEx", 0, 222);
        String said = assertThrows(DeviceUnusable.class, () -> model(1)).getMessage();
        assertEquals(
                "the NVIDIA driver 13.0 rejected the f32 kernels: CUDA_ERROR_UNSUPPORTED_PTX_VERSION; it says: "
                        + "ptxas application ptx input, line 1; emulated; update the driver, or train with --backend cpu",
                said);
    }

    @Test
    void whatElseIsOnTheDeviceAndHostMemoryThatCannotBeLockedAreNamed() {
        Emulation.fail("cuDevicePrimaryCtxRetain", 0, 46);
        String held = assertThrows(DeviceUnusable.class, () -> model(1)).getMessage();
        assertTrue(held.contains("another process holds the device exclusively: nvidia-smi shows which"), held);
        Emulation.reset();
        Emulation.fail("cuMemHostAlloc", 1, 2);
        String locked = assertThrows(DeviceUnusable.class, () -> model(1)).getMessage();
        assertTrue(locked.contains("page-locked: needed=16384 KiB") && locked.contains("ulimit -l"), locked);
    }

    @Test
    void aDeviceThatBreaksInTheMiddleIsAHardwareFault() {
        try (CudaModel model = model(1)) {
            Emulation.fail("cuStreamSynchronize", 0, 214);
            DeviceLost failure = assertThrows(
                    DeviceLost.class,
                    () -> model.state()
                            .read(
                                    model.state().entries().getFirst(),
                                    Arena.ofAuto().allocate(256 * 16 * 4L)));
            assertTrue(failure.getMessage().contains("ECC"), failure.getMessage());
        }
    }

    private static void refuses(String... words) {
        CudaProbe.Found found = CudaProbe.probe();
        assertFalse(found.usable());
        for (String word : words) {
            assertTrue(found.reason().contains(word), found.reason());
        }
        assertFalse(found.reason().contains("\n"));
    }

    private static CudaModel model(int sequences) {
        CudaReducer reducer = new CudaReducer();
        Instruments<CudaTensor> instruments =
                new Instruments<>(null, reducer, FrameSink.NOBODY, InstantSource.system(), System::nanoTime);
        TrainingSpec training = new TrainingSpec(1, sequences, 1e-3, 1, 1.0, Precision.FP32, 7);
        return new CudaModel(SPEC, training, Fault.NONE, instruments, reducer);
    }
}
