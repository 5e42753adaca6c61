package observatory.ui.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import observatory.ui.data.Histogram;
import org.junit.jupiter.api.Test;

class FateTest {
    /**
     * One element in each binade from 2^20 down to 2^-30: what the limits of IEEE 754 and OCP say of each
     * is counted by hand.
     */
    @Test
    void eachBinadeIsWhatTheFormatMakesOfIt() {
        float[] one = new float[51];
        Arrays.fill(one, 1);
        Histogram all = new Histogram(20, one);
        // fp16: largest 65504 < 2^16, least normal 2^-14, least subnormal 2^-24, of which half still rounds to it.
        same(5, 30, 11, 5, Fate.of(all, Format.FP16));
        // e4m3: largest 448 < 2^9, least normal 2^-6, least subnormal 2^-9.
        same(12, 15, 4, 20, Fate.of(all, Format.E4M3));
        // e5m2: largest 57344 < 2^16, least normal 2^-14, least subnormal 2^-16.
        same(5, 30, 3, 13, Fate.of(all, Format.E5M2));
        // bf16 has the exponents of fp32.
        same(0, 51, 0, 0, Fate.of(all, Format.BF16));
    }

    @Test
    void itIsSaidInOneSentence() {
        assertEquals(
                "fp16: 75 % normal · 25 % subnormal · nothing lost",
                Fate.of(new Histogram(-14, new float[] {3, 1}), Format.FP16).sentence(Format.FP16, ""));
        assertEquals(
                "e4m3: 50 % normal · 50 % overflow",
                Fate.of(new Histogram(9, new float[] {1, 1}), Format.E4M3).sentence(Format.E4M3, ""));
    }

    @Test
    void whatNoHistogramCountsIsNotSaidToBeNothing() {
        assertEquals(
                "fp16: 514,355 infinite · of the rest 100 % normal",
                Fate.of(new Histogram(15, new float[] {3, 1}), Format.FP16).sentence(Format.FP16, "514,355 infinite"));
    }

    private static void same(int overflow, int normal, int subnormal, int zero, Fate fate) {
        assertEquals(overflow / 51.0, fate.overflow(), 1e-12);
        assertEquals(normal / 51.0, fate.normal(), 1e-12);
        assertEquals(subnormal / 51.0, fate.subnormal(), 1e-12);
        assertEquals(zero / 51.0, fate.zero(), 1e-12);
    }
}
