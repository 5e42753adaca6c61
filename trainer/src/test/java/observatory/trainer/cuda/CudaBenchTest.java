package observatory.trainer.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A case that fails on a device keeps no other from being tried, there or in the next process. */
class CudaBenchTest {
    private static final int INVALID_VALUE = 1;
    private static final int ILLEGAL_ADDRESS = 700;

    private final List<Measured> said = new ArrayList<>();
    private final CudaBench bench = new CudaBench(System::nanoTime, 989, "python3", said::add);
    private final int cases = 3 * KernelCase.all().size();

    @BeforeEach
    void emulation() {
        Emulation.require();
    }

    @AfterEach
    void healthy() {
        Emulation.reset();
    }

    @Test
    void aCaseThatIsRefusedIsALineOfItsOwn() {
        Emulation.fail("cuMemAlloc", 0, INVALID_VALUE);
        bench.run("kernels:" + (cases - 3));
        assertEquals(3, said.size());
        assertTrue(said.stream().allMatch(line -> line.verdict().equals("fail")), said.toString());
        assertFalse(bench.deviceLost());
    }

    @Test
    void aCaseThatLosesTheDeviceIsTheLast() {
        Emulation.fail("cuStreamSynchronize", 0, ILLEGAL_ADDRESS);
        bench.run("kernels:" + (cases - 3));
        assertEquals(1, said.size());
        assertTrue(
                said.getFirst()
                        .name()
                        .startsWith(KernelCase.all().get(cases / 3 - 3).name()),
                said.toString());
        assertTrue(bench.deviceLost());
    }
}
