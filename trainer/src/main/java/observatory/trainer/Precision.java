package observatory.trainer;

import java.util.Locale;

/**
 * The format activations, gradients and working weights are rounded to. Matrix products accumulate in fp32 and the
 * optimiser keeps fp32 weights in either.
 */
public enum Precision {
    FP32(Float.MAX_VALUE),
    FP16(65504);

    private final double largest;

    Precision(double largest) {
        this.largest = largest;
    }

    /** The largest finite number of the format; what is larger becomes infinite. */
    public double largest() {
        return largest;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
