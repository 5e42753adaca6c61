package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.trainer.Batching;
import observatory.trainer.DeviceLost;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a device can be used up other than its memory, or is lost. */
class LimitsTest {
    private static final ModelSpec SPEC = new ModelSpec(2, 12, 24, 16, 256, Norm.LAYERNORM);

    @Test
    void morePassesThanALaunchHasBlocksForAreRefusedByName() {
        int most = 65_535 / 12;
        assertTrue(missing(most).isEmpty());
        String said = String.join("", missing(most + 1));
        assertTrue(said.contains("at most 5461 sequences") && said.contains("--micro-batch 5461"), said);
        assertEquals(
                most, new Footprint(SPEC, new Parameters(SPEC), Elements.of(Precision.BF16)).mostSequences(1L << 50));
    }

    private static List<String> missing(int micro) {
        TrainingSpec training = new TrainingSpec(1, 2 * micro, 1e-3, 1, 1.0, Precision.BF16, 7)
                .with(Batching.of(2 * micro).withMicro(micro));
        return CudaLimits.missing(SPEC, training).stream().toList();
    }

    /** Beside the table of where partials are lie others' tensors. */
    @Test
    void noMoreRowsAreMeasuredThanTheirTableHasRoomFor() {
        Emulation.require();
        try (KernelRig rig = new KernelRig(Precision.FP32)) {
            int rows = 70_000;
            Results results = new Results(rig.poisoned(1 << 22), 1 << 22, 1, 0, rows);
            PartialRows partials = new PartialRows(rig.device, rig.ops.reductions(), results);
            for (int row = 0; row < rows; row++) {
                partials.add(1);
            }
            partials.writeSpans();
            assertThrows(IllegalStateException.class, () -> partials.add(1));
            assertTrue(rig.guardsHold());
        }
    }

    /** As cuBLASLt takes operands to lie, where nothing else is said. */
    @Test
    void parametersBeginAtMultiplesOf256Bytes() {
        for (Parameters.Parameter parameter : new Parameters(SPEC).all()) {
            assertEquals(0, parameter.first() * Short.BYTES % 256, parameter.path());
        }
    }

    @Test
    void aLibraryThatIsNewerThanTheDriverIsNotTaken() {
        assertEquals(List.of(12), CublasLtLibrary.majors(12_080));
        assertEquals(List.of(13, 12), CublasLtLibrary.majors(13_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {214, 700, 716, 719, 721, 999})
    void whatNoCallCanMendIsALostDevice(int code) {
        assertInstanceOf(DeviceLost.class, CudaFailure.of("cuGraphLaunch", code));
    }
}
