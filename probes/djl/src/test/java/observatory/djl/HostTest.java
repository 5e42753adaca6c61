package observatory.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import observatory.probe.HostTensor;
import org.junit.jupiter.api.Test;

class HostTest {
    private static final HostTensor TWO_ROWS = new HostTensor(new float[] {1, 2, 3, 4}, 2, 2);

    @Test
    void matricesOfAsManyRowsStandSideBySide() {
        HostTensor other = new HostTensor(new float[] {5, 6}, 2, 1);
        HostTensor longer = new HostTensor(new float[] {7, 8, 9}, 3, 1);
        HostTensor together = Host.beside(List.of(TWO_ROWS, longer, other));
        assertEquals(2, together.rows());
        assertArrayEquals(new float[] {1, 2, 5, 3, 4, 6}, together.data());
    }

    @Test
    void theLogarithmOfASumOfExponentialsNeitherOverflowsNorHidesABrokenNumber() {
        LibTorch.assume();
        float[] sums;
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            sums = Host.logSumExp(manager.create(
                            new float[] {1000, 1000, 0, (float) Math.log(3), Float.NaN, 0}, new Shape(3, 2)))
                    .data();
        }
        assertEquals(1000 + Math.log(2), sums[0], 1e-4);
        assertEquals(Math.log(4), sums[1], 1e-6);
        assertEquals(Float.NaN, sums[2]);
    }
}
