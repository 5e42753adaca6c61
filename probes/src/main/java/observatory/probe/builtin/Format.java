package observatory.probe.builtin;

/**
 * A floating-point format that tensors are rounded to: FP16 and BF16 by IEEE 754 and Intel's bfloat16, the fp8 formats
 * by the OCP 8-bit specification, in which E4M3 has no infinity.
 *
 * @param largest largest finite number
 * @param normal exponent of the smallest normal number
 * @param vanish exponent at and below which a number rounds to zero: half the smallest subnormal
 */
enum Format {
    FP16(65504, -14, -25),
    BF16(0x1.fep127, -126, -134),
    E4M3(448, -6, -10),
    E5M2(57344, -14, -17);

    private final double largest;
    private final int normal;
    private final int vanish;

    Format(double largest, int normal, int vanish) {
        this.largest = largest;
        this.normal = normal;
        this.vanish = vanish;
    }

    int normal() {
        return normal;
    }

    int vanish() {
        return vanish;
    }

    /** The exponent from which on a whole binade cannot be represented; in E4M3 half of the last one cannot either. */
    int overflow() {
        return Math.getExponent(largest) + 1;
    }

    /** How often a magnitude could double before it exceeds the largest finite number. */
    double headroomBits(double magnitude) {
        return log2(largest) - log2(magnitude);
    }

    static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }
}
