package observatory.analysis.spectrum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import observatory.kernel.blas.Lapack;

/**
 * Lanczos tridiagonalisation of a symmetric operator with full re-orthogonalisation, for several start vectors in lock
 * step, so that the operator reads its matrix once for all of them.
 */
final class Lanczos {
    /** A symmetric operator on several vectors at once. */
    interface Operator {
        double[][] apply(double[][] vectors);
    }

    /** Diagonal and side of the tridiagonal matrix that one start vector leads to. */
    record Recurrence(double[] diagonal, double[] beside, double next) {
        /** Its eigenvalues with their weights in the start vector's spectral measure and how far each has converged. */
        Ritz ritz() {
            Lapack.Tridiagonal t = Lapack.tridiagonal(diagonal, beside);
            double[] weights = new double[t.values().length];
            double[] residuals = new double[t.values().length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = t.first()[i] * t.first()[i];
                residuals[i] = Math.abs(next * t.last()[i]);
            }
            return new Ritz(t.values(), weights, residuals);
        }
    }

    /** Ritz values, ascending; the weights sum to 1; a residual bounds the distance to the nearest eigenvalue. */
    record Ritz(double[] values, double[] weights, double[] residuals) {}

    /** A side this small relative to the diagonal ends the recurrence: the start vector's space is exhausted. */
    private static final double EXHAUSTED = 1e-12;

    /** Where less of a vector than this is left, rounding shows in the rest. */
    private static final double LOSSY = 0.1;

    private Lanczos() {}

    /** @param starts vectors of norm 1 */
    static List<Recurrence> run(Operator operator, double[][] starts, int steps) {
        List<Probe> probes = new ArrayList<>();
        for (double[] start : starts) {
            probes.add(new Probe(start));
        }
        for (int step = 0; step < steps; step++) {
            List<Probe> going = probes.stream().filter(probe -> !probe.done).toList();
            if (going.isEmpty()) {
                break;
            }
            double[][] images = operator.apply(going.stream().map(Probe::last).toArray(double[][]::new));
            for (int i = 0; i < images.length; i++) {
                going.get(i).take(images[i]);
            }
        }
        return probes.stream().map(Probe::recurrence).toList();
    }

    private static final class Probe {
        private final List<double[]> basis = new ArrayList<>();
        private final List<Double> diagonal = new ArrayList<>();
        private final List<Double> beside = new ArrayList<>();
        private boolean done;

        Probe(double[] start) {
            basis.add(start);
        }

        double[] last() {
            return basis.getLast();
        }

        void take(double[] image) {
            diagonal.add(dot(image, last()));
            double before = Math.sqrt(dot(image, image));
            orthogonalise(image);
            double norm = Math.sqrt(dot(image, image));
            if (norm < LOSSY * before) {
                // Twice is enough (Parlett): the second pass removes what rounding left of the first.
                orthogonalise(image);
                norm = Math.sqrt(dot(image, image));
            }
            beside.add(norm);
            done = norm <= EXHAUSTED * Math.abs(diagonal.getFirst()) || basis.size() == image.length;
            for (int i = 0; i < image.length && !done; i++) {
                image[i] /= norm;
            }
            basis.add(image);
        }

        private void orthogonalise(double[] image) {
            for (double[] vector : basis) {
                double along = dot(image, vector);
                for (int i = 0; i < image.length; i++) {
                    image[i] -= along * vector[i];
                }
            }
        }

        Recurrence recurrence() {
            double[] sides = beside.stream().mapToDouble(Double::doubleValue).toArray();
            return new Recurrence(
                    diagonal.stream().mapToDouble(Double::doubleValue).toArray(),
                    Arrays.copyOf(sides, sides.length - 1),
                    done ? 0 : sides[sides.length - 1]);
        }

        private static double dot(double[] a, double[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += a[i] * b[i];
            }
            return sum;
        }
    }
}
