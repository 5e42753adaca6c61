package observatory.trainer;

/**
 * The SplitMix64 generator as a pure function of a counter, so that any draw of a run can be made again without making
 * those before it (Steele, Lea and Flood, 2014).
 */
public final class SplitMix {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private SplitMix() {}

    /** 64 bits for a place in a stream. */
    public static long bits(long stream, long counter) {
        return mix(mix(stream + GOLDEN) + (counter + 1) * GOLDEN);
    }

    /** Uniform in [0, 1). */
    public static double uniform(long stream, long counter) {
        return (bits(stream, counter) >>> 11) * 0x1.0p-53;
    }

    /** Standard normal, by Box and Muller. */
    public static double gaussian(long stream, long counter) {
        double u = ((bits(stream, 2 * counter) >>> 11) + 0.5) * 0x1.0p-53;
        double angle = 2 * Math.PI * uniform(stream, 2 * counter + 1);
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(angle);
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
