package observatory.trainer;

import java.util.Locale;

/**
 * The format activations, gradients and working weights are rounded to. Matrix products accumulate in fp32 and the
 * optimiser keeps fp32 weights in each.
 */
public enum Precision {
    FP32(Float.MAX_VALUE),
    BF16(0x1.FEp127),
    FP16(65504);

    private final double largest;

    Precision(double largest) {
        this.largest = largest;
    }

    /** The largest finite number of the format; what is larger becomes infinite. */
    public double largest() {
        return largest;
    }

    /** Whether losses are scaled so that small gradients survive the format. */
    public boolean scaled() {
        return this == FP16;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
