package observatory.analysis.spectrum;

import java.util.Arrays;

/**
 * The tail whose eigenvalues, scaled to mean 1, have a product of at least 1 (WeightWatcher's detX; Martin
 * and Hinrichs, arXiv 2507.17912). By logarithms, which cannot overflow as the products of the reference
 * do above 2048 values.
 *
 * @param count how many eigenvalues belong to the tail
 * @param least the smallest of them
 */
public record Erg(int count, double least) {
    public static Erg of(double[] ascending) {
        double mean = Arrays.stream(ascending).average().orElse(0);
        double logarithm = 0;
        int at = ascending.length;
        while (at > 1 && mean > 0 && logarithm >= 0) {
            logarithm += Math.log(ascending[--at] / mean);
        }
        return new Erg(ascending.length - at, at < ascending.length ? ascending[at] : 0);
    }
}
