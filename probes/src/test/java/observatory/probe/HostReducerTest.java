package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HostReducerTest {
    private final HostReducer reducer = new HostReducer();

    @Test
    void momentsOfOneToNAreTheClosedForms() {
        int n = 1000;
        float[] ramp = new float[n];
        for (int i = 0; i < n; i++) {
            ramp[i] = i + 1;
        }
        Moments moments = moments(ramp);
        assertEquals(n * (n + 1) / 2.0, moments.sum());
        assertEquals(n * (n + 1.0) * (2 * n + 1) / 6, moments.sumOfSquares());
        assertEquals(n, moments.absMax());
        assertEquals(Math.sqrt((n + 1.0) * (2 * n + 1) / 6), moments.rms(), 1e-9);
    }

    @Test
    void whatIsNotFiniteIsCountedAndKeptOutOfTheSums() {
        Moments moments = moments(3, Float.NaN, Float.NEGATIVE_INFINITY, -4, Float.POSITIVE_INFINITY);
        assertEquals(new Moments(5, -1, 25, 4, 1, 2), moments);
        assertEquals(2, moments.finite());
        assertTrue(Double.isNaN(moments.norm()), "a tensor with a NaN has no norm");
        assertEquals(
                Double.POSITIVE_INFINITY, moments(1, Float.POSITIVE_INFINITY).norm());
        assertTrue(Double.isNaN(moments(Float.NaN).rms()), "no finite element, no rms");
    }

    @Test
    void normsOfTwoTensorsGiveTheirRatio() {
        reducer.enqueue(0, new Reduction.ToNorms(), new float[] {3, 4}, new float[] {0, 50});
        assertEquals(new Norms(5, 50), reducer.result(0));
        assertEquals(0.1, ((Norms) reducer.result(0)).ratio(), 1e-15);
    }

    private Moments moments(float... values) {
        reducer.enqueue(0, new Reduction.ToMoments(), values, null);
        return (Moments) reducer.result(0);
    }
}
