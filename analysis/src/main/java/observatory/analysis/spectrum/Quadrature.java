package observatory.analysis.spectrum;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A spectrum by stochastic Lanczos quadrature (Ubaru, Chen and Saad 2017): the density from a few random vectors, and
 * in it, exactly, the largest eigenvalues, which Lanczos finds first. What is returned are as many values as the
 * matrix has eigenvalues: the exact ones, and below them quantiles of the density. Takes
 * 4·N·M·{@link #PROBES}·{@link #STEPS} flops.
 */
final class Quadrature {
    static final int PROBES = 8;
    static final int STEPS = 120;
    private static final long SEED = 0x5EC7;
    /**
     * A Ritz value this close to an eigenvalue, relative to the largest, is one; single precision carries no further.
     */
    private static final double CONVERGED = 1e-5;

    /** A point of the density. */
    private record Mass(double value, double weight) {}

    private Quadrature() {}

    static Spectrum spectrum(Layer layer) {
        double[] all = layer.weights().stream()
                .flatMapToDouble(weight -> Arrays.stream(values(weight)))
                .sorted()
                .toArray();
        return new Spectrum(all, Spectrum.Method.LANCZOS, -1, Double.NaN);
    }

    private static double[] values(Weight weight) {
        int order = weight.columns().count();
        try (Arena arena = Arena.ofConfined()) {
            GramOperator gram = new GramOperator(weight, arena);
            List<Lanczos.Ritz> found = Lanczos.run(gram, starts(order), Math.min(STEPS, order)).stream()
                    .map(Lanczos.Recurrence::ritz)
                    .toList();
            return quantiles(found, order);
        }
    }

    /** Rademacher vectors of norm 1. */
    private static double[][] starts(int order) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[][] starts = new double[PROBES][order];
        for (double[] start : starts) {
            Arrays.setAll(start, i -> random.nextBoolean() ? 1 / Math.sqrt(order) : -1 / Math.sqrt(order));
        }
        return starts;
    }

    /** The spectral measure as {@code order} values: converged ones from the top, quantiles of what is left. */
    static double[] quantiles(List<Lanczos.Ritz> probes, int order) {
        double[] top = converged(probes.getFirst());
        double ceiling = top.length == 0 ? Double.POSITIVE_INFINITY : top[0] * (1 - CONVERGED);
        List<Mass> rest = new ArrayList<>();
        for (Lanczos.Ritz probe : probes) {
            for (int i = 0; i < probe.values().length; i++) {
                if (probe.values()[i] < ceiling) {
                    rest.add(new Mass(Math.max(0, probe.values()[i]), probe.weights()[i]));
                }
            }
        }
        rest.sort(Comparator.comparingDouble(Mass::value));
        double[] values = new double[order];
        System.arraycopy(top, 0, values, order - top.length, top.length);
        spread(rest, values, order - top.length);
        return values;
    }

    /** The largest Ritz values of one probe, ascending, as far down as they have converged without a gap. */
    private static double[] converged(Lanczos.Ritz ritz) {
        int from = ritz.values().length;
        double tolerance = CONVERGED * ritz.values()[from - 1];
        while (from > 0 && ritz.residuals()[from - 1] < tolerance) {
            from--;
        }
        return Arrays.copyOfRange(ritz.values(), from, ritz.values().length);
    }

    /** Fills the first {@code count} values with the quantiles (j + ½)/count, linear between the points. */
    private static void spread(List<Mass> points, double[] values, int count) {
        double total = points.stream().mapToDouble(Mass::weight).sum();
        double below = 0;
        double reached = 0;
        double last = points.isEmpty() ? 0 : points.getFirst().value();
        int at = 0;
        for (Mass point : points) {
            double middle = (below + point.weight() / 2) / total;
            while (at < count && (at + 0.5) / count <= middle) {
                double share = middle > reached ? ((at + 0.5) / count - reached) / (middle - reached) : 1;
                values[at++] = last + share * (point.value() - last);
            }
            below += point.weight();
            reached = middle;
            last = point.value();
        }
        Arrays.fill(values, at, count, last);
    }
}
