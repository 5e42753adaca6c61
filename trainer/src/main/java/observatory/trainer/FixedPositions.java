package observatory.trainer;

/** What tells a model the place of a token without being trained; the same numbers in every backend. */
public final class FixedPositions {
    private static final double BASE = 10_000;
    /**
     * Beside token vectors that begin with deviation 0.02, waves of amplitude one would be all that a first layer sees.
     * The Transformer (3.4) multiplies its tokens by √C instead, which to a model that normalises first is the same.
     */
    private static final double AMPLITUDE = Math.sqrt(2) * InitialWeights.DEVIATION;

    private FixedPositions() {}

    /**
     * (T, C): sin(t / 10000^(2i/C)) in the even columns 2i, the cosine in the odd ones (arXiv 1706.03762, 3.5), times
     * √2 · 0.02, so that they are as large as token vectors are at the beginning.
     */
    public static float[] sinusoids(ModelSpec spec) {
        float[] table = new float[spec.context() * spec.width()];
        for (int t = 0; t < spec.context(); t++) {
            for (int i = 0; i < spec.width(); i++) {
                double angle = t * StrictMath.pow(BASE, -(double) (i / 2 * 2) / spec.width());
                double wave = i % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
                table[t * spec.width() + i] = (float) (AMPLITUDE * wave);
            }
        }
        return table;
    }

    /**
     * (T, d/2) angles of the pairs of a head of width d: t / 10000^(2i/d) (arXiv 2104.09864, 3.4.2), by which pair i of
     * the token at place t is turned.
     */
    public static double[] angles(ModelSpec spec) {
        int half = spec.headWidth() / 2;
        double[] angles = new double[spec.context() * half];
        for (int t = 0; t < spec.context(); t++) {
            for (int i = 0; i < half; i++) {
                angles[t * half + i] = t * StrictMath.pow(BASE, -2.0 * i / spec.headWidth());
            }
        }
        return angles;
    }

    /**
     * ALiBi's slopes, 2^(-8h/H) for heads 1 to H; where H is no power of two, the interleaving of the two nearest ones
     * (Press et al., arXiv 2108.12409).
     */
    public static float[] slopes(int heads) {
        int power = Integer.highestOneBit(heads);
        float[] slopes = new float[heads];
        for (int h = 0; h < heads; h++) {
            double exponent = h < power ? -8.0 * (h + 1) / power : -4.0 * (2 * (h - power) + 1) / power;
            slopes[h] = (float) StrictMath.pow(2, exponent);
        }
        return slopes;
    }
}
