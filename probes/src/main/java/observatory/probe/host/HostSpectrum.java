package observatory.probe.host;

/**
 * All eigenvalues of WᵀW, in double and without a library: the Gram matrix of the shorter side, its tridiagonal form by
 * Householder reflections, and of that the eigenvalues by bisection, counting by Sturm sequences how many lie below a
 * point (Golub and Van Loan, Matrix Computations, 8.3 and 8.4). N·M² and 2·M³ flops for the lesser side M, and 8·M²
 * bytes: about two seconds for a weight of 3072 by 768. Each value is off by at most a few roundings of the largest.
 */
final class HostSpectrum {
    private HostSpectrum() {}

    /** Descending, as many as the lesser side; none where an element is not finite. */
    static double[] eigenvalues(float[] matrix, int rows, int columns) {
        for (float value : matrix) {
            if (!Float.isFinite(value)) {
                return new double[0];
            }
        }
        return ofTridiagonal(tridiagonal(gram(matrix, rows, columns)));
    }

    /** WᵀW, or WWᵀ where W is wider than tall. */
    private static double[][] gram(float[] matrix, int rows, int columns) {
        boolean tall = rows >= columns;
        int order = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        double[][] gram = new double[order][order];
        double[] line = new double[order];
        for (int k = 0; k < length; k++) {
            for (int i = 0; i < order; i++) {
                line[i] = tall ? matrix[k * columns + i] : matrix[i * columns + k];
            }
            for (int i = 0; i < order; i++) {
                add(line[i], line, gram[i], i + 1);
            }
        }
        for (int i = 0; i < order; i++) {
            for (int j = 0; j < i; j++) {
                gram[j][i] = gram[i][j];
            }
        }
        return gram;
    }

    /**
     * A symmetric tridiagonal matrix: its diagonal, and the squares of what stands beside it, the first of them unused.
     */
    private record Tridiagonal(double[] diagonal, double[] besideSquared) {}

    /** Reflects column after column onto the axis beside the diagonal; overwrites the matrix. */
    private static Tridiagonal tridiagonal(double[][] a) {
        int n = a.length;
        double[] diagonal = new double[n];
        double[] besideSquared = new double[n];
        double[] v = new double[n];
        double[] p = new double[n];
        for (int k = 0; k < n; k++) {
            diagonal[k] = a[k][k];
            if (k + 1 == n) {
                break;
            }
            double squares = 0;
            for (int i = k + 1; i < n; i++) {
                v[i] = a[i][k];
                squares += v[i] * v[i];
            }
            besideSquared[k + 1] = squares;
            // v = x + sign(x₁)‖x‖e₁ has |v|² = 2(|x|² + |x₁|‖x‖).
            double norm = Math.sqrt(squares);
            double half = squares + Math.abs(v[k + 1]) * norm;
            if (half == 0) {
                continue;
            }
            v[k + 1] += Math.copySign(norm, v[k + 1]);
            double along = 0;
            for (int i = k + 1; i < n; i++) {
                p[i] = dot(a[i], v, k + 1) / half;
                along += p[i] * v[i];
            }
            for (int i = k + 1; i < n; i++) {
                p[i] -= along / (2 * half) * v[i];
            }
            for (int i = k + 1; i < n; i++) {
                for (int j = k + 1; j < n; j++) {
                    a[i][j] -= v[i] * p[j] + p[i] * v[j];
                }
            }
        }
        return new Tridiagonal(diagonal, besideSquared);
    }

    private static double[] ofTridiagonal(Tridiagonal matrix) {
        int n = matrix.diagonal.length;
        // Of a Gram matrix: not below zero, and not above the largest row sum.
        double most = 0;
        for (int i = 0; i < n; i++) {
            double next = i + 1 < n ? Math.sqrt(matrix.besideSquared[i + 1]) : 0;
            most = Math.max(most, matrix.diagonal[i] + Math.sqrt(matrix.besideSquared[i]) + next);
        }
        double[] descending = new double[n];
        bisect(matrix, new Between(0, 0, most * (1 + 1e-12), n), most * 1e-16, descending);
        return descending;
    }

    /** An interval, and how many eigenvalues lie below either end. */
    private record Between(double low, int belowLow, double high, int belowHigh) {}

    private static void bisect(Tridiagonal matrix, Between between, double narrow, double[] descending) {
        double middle = (between.low + between.high) / 2;
        if (between.high - between.low <= narrow || middle <= between.low || middle >= between.high) {
            int n = descending.length;
            for (int k = between.belowLow; k < between.belowHigh; k++) {
                descending[n - 1 - k] = middle;
            }
            return;
        }
        int below = Math.clamp(below(matrix, middle), between.belowLow, between.belowHigh);
        if (below > between.belowLow) {
            bisect(matrix, new Between(between.low, between.belowLow, middle, below), narrow, descending);
        }
        if (below < between.belowHigh) {
            bisect(matrix, new Between(middle, below, between.high, between.belowHigh), narrow, descending);
        }
    }

    /** How many eigenvalues are less than x: the negative pivots of the matrix less x. */
    private static int below(Tridiagonal matrix, double x) {
        int below = 0;
        double pivot = 1;
        for (int i = 0; i < matrix.diagonal.length; i++) {
            pivot = matrix.diagonal[i] - x - matrix.besideSquared[i] / pivot;
            if (pivot == 0) {
                pivot = Double.MIN_NORMAL;
            }
            if (pivot < 0) {
                below++;
            }
        }
        return below;
    }

    private static void add(double factor, double[] from, double[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += factor * from[i];
        }
    }

    /** From an index on, in four sums, so that an addition need not wait for the one before. */
    private static double dot(double[] a, double[] b, int from) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = from;
        for (; i + 3 < a.length; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
