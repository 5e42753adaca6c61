package observatory.analysis.scaling;

import java.util.Arrays;

/**
 * Minimises a smooth function of a few variables: the method of Broyden, Fletcher, Goldfarb and Shanno with a
 * backtracking line search (Nocedal and Wright, chapter 6). Deterministic.
 */
final class Bfgs {
    private static final int MOST_STEPS = 500;
    private static final double SUFFICIENT = 1e-4;

    /** A function that also writes its gradient. */
    interface Objective {
        double at(double[] point, double[] gradient);
    }

    /** Where the least value was found, and which it is. */
    record Minimum(double[] point, double value) {}

    private Bfgs() {}

    /** @param tolerance the search ends where a step lowers the value by less than this share of it */
    static Minimum minimise(Objective objective, double[] start, double tolerance) {
        int n = start.length;
        double[] x = start.clone();
        double[] gradient = new double[n];
        double value = objective.at(x, gradient);
        double[][] inverse = identity(n);
        boolean fresh = true;
        int idle = 0;
        for (int step = 0; step < MOST_STEPS && Double.isFinite(value); step++) {
            double[] direction = times(inverse, gradient, -1);
            double slope = dot(direction, gradient);
            if (!(slope < 0)) {
                inverse = identity(n);
                fresh = true;
                direction = times(inverse, gradient, -1);
                slope = dot(direction, gradient);
            }
            if (!(slope < 0)) {
                break;
            }
            double[] nextGradient = new double[n];
            double length = fresh ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
            double[] next = moved(x, direction, length);
            double nextValue = objective.at(next, nextGradient);
            while (!(nextValue <= value + SUFFICIENT * length * slope) && length > 1e-20) {
                length /= 2;
                next = moved(x, direction, length);
                nextValue = objective.at(next, nextGradient);
            }
            if (!(nextValue < value)) {
                if (fresh) {
                    break;
                }
                inverse = identity(n);
                fresh = true;
                continue;
            }
            fresh = update(inverse, next, x, nextGradient, gradient) && fresh;
            idle = value - nextValue <= tolerance * Math.abs(nextValue) ? idle + 1 : 0;
            x = next;
            gradient = nextGradient;
            value = nextValue;
            if (idle >= 3) {
                break;
            }
        }
        return new Minimum(x, value);
    }

    /** Keeps the inverse Hessian's estimate positive: a pair without curvature is left out. Returns whether it was. */
    private static boolean update(double[][] inverse, double[] next, double[] x, double[] nextG, double[] g) {
        int n = x.length;
        double[] s = new double[n];
        double[] y = new double[n];
        Arrays.setAll(s, i -> next[i] - x[i]);
        Arrays.setAll(y, i -> nextG[i] - g[i]);
        double sy = dot(s, y);
        if (!(sy > 1e-14 * Math.sqrt(dot(s, s) * dot(y, y)))) {
            return true;
        }
        double[] hy = times(inverse, y, 1);
        double factor = (1 + dot(y, hy) / sy) / sy;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                inverse[i][j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
            }
        }
        return false;
    }

    private static double[][] identity(int n) {
        double[][] matrix = new double[n][n];
        for (int i = 0; i < n; i++) {
            matrix[i][i] = 1;
        }
        return matrix;
    }

    private static double[] times(double[][] matrix, double[] vector, double factor) {
        double[] product = new double[vector.length];
        Arrays.setAll(product, i -> factor * dot(matrix[i], vector));
        return product;
    }

    private static double[] moved(double[] x, double[] direction, double length) {
        double[] next = new double[x.length];
        Arrays.setAll(next, i -> x[i] + length * direction[i]);
        return next;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
