package observatory.ui.precision;

import java.util.Locale;

/** A number format as powers of two: its least subnormal, its least normal, and its largest finite number. */
public enum Format {
    FP16(-24, -14, 65504),
    BF16(-133, -126, 3.3895313892515355e38),
    E4M3(-9, -6, 448),
    E5M2(-16, -14, 57344);

    private final int leastSubnormal;
    private final int leastNormal;
    private final double largest;

    Format(int leastSubnormal, int leastNormal, double largest) {
        this.leastSubnormal = leastSubnormal;
        this.leastNormal = leastNormal;
        this.largest = largest;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public int leastSubnormal() {
        return leastSubnormal;
    }

    public int leastNormal() {
        return leastNormal;
    }

    /** The binary logarithm of the largest finite number. */
    public double top() {
        return Math.log(largest) / Math.log(2);
    }

    /** Doublings left before a magnitude, given as its binary logarithm, overflows; below 0 it has. */
    public double headroom(double log2) {
        return top() - log2;
    }
}
