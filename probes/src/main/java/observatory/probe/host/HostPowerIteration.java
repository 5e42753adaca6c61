package observatory.probe.host;

import observatory.probe.SpectralNorm;

/**
 * One step of power iteration on WᵀW in one pass over the rows of W: with the unit vector v, each row gives
 * u = row · v, and Σ u · row is WᵀWv. Then ‖Wv‖ is the estimate, and the new v is WᵀWv made a unit vector.
 */
public final class HostPowerIteration implements HostReduction<SpectralNorm> {
    private static final int SUMS = 4;

    private final double[] v;
    private final double[] next;
    private double squares;
    private double frobenius;

    /** @param v the vector to go on from, (columns); it becomes the new one when the result is asked for */
    public HostPowerIteration(double[] v) {
        this.v = v;
        this.next = new double[v.length];
    }

    /** The vector to begin with: of unit length, with a part in every direction and no symmetry. */
    public static double[] start(int columns) {
        double[] v = new double[columns];
        for (int i = 0; i < columns; i++) {
            v[i] = 1 + 0.5 * Math.sin(1.0 + i * 2.399963229728653);
        }
        normalise(v);
        return v;
    }

    @Override
    public void rows(float[] data, int from, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            int begin = from + row * columns;
            double u = product(data, begin);
            squares += u * u;
            for (int i = 0; i < columns; i++) {
                next[i] += u * data[begin + i];
            }
        }
    }

    /**
     * A row times v; adds up its squares on the way. In four sums each, because one addition waits for the one before
     * it.
     */
    private double product(float[] data, int begin) {
        double u0 = 0;
        double u1 = 0;
        double u2 = 0;
        double u3 = 0;
        double norm0 = 0;
        double norm1 = 0;
        double norm2 = 0;
        double norm3 = 0;
        int whole = v.length - v.length % SUMS;
        for (int i = 0; i < whole; i += SUMS) {
            double x0 = data[begin + i];
            double x1 = data[begin + i + 1];
            double x2 = data[begin + i + 2];
            double x3 = data[begin + i + 3];
            u0 += x0 * v[i];
            u1 += x1 * v[i + 1];
            u2 += x2 * v[i + 2];
            u3 += x3 * v[i + 3];
            norm0 += x0 * x0;
            norm1 += x1 * x1;
            norm2 += x2 * x2;
            norm3 += x3 * x3;
        }
        for (int i = whole; i < v.length; i++) {
            double value = data[begin + i];
            u0 += value * v[i];
            norm0 += value * value;
        }
        frobenius += norm0 + norm1 + (norm2 + norm3);
        return u0 + u1 + (u2 + u3);
    }

    @Override
    public SpectralNorm result() {
        if (normalise(next)) {
            System.arraycopy(next, 0, v, 0, v.length);
        }
        return new SpectralNorm(Math.sqrt(squares), Math.sqrt(frobenius));
    }

    /** False where there is no direction: a zero matrix, or one that is not finite, which must not be carried on. */
    private static boolean normalise(double[] vector) {
        double sum = 0;
        for (double value : vector) {
            sum += value * value;
        }
        if (!(sum > 0) || Double.isInfinite(sum)) {
            return false;
        }
        double scale = 1 / Math.sqrt(sum);
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
        return true;
    }
}
