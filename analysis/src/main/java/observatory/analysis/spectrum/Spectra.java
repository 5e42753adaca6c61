package observatory.analysis.spectrum;

import java.util.Arrays;

/** Spectra of layers: exact where LAPACK is quick, by stochastic Lanczos quadrature above. */
public final class Spectra {
    private Spectra() {}

    /**
     * @param exactUpTo order of the largest matrix whose eigenvalues are all computed
     * @throws NotFinite where a weight is not finite
     */
    public static Spectrum of(Layer layer, int exactUpTo) {
        requireFinite(layer);
        return layer.m() <= exactUpTo ? exact(layer) : Quadrature.spectrum(layer);
    }

    /** A weight holds values that are not finite, which has no spectrum. */
    public static final class NotFinite extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotFinite(String name, long count, long size) {
            super(name + ": " + count + " of " + size + " weights are not finite, so it has no spectrum");
        }
    }

    private static Spectrum exact(Layer layer) {
        double[] all = new double[layer.count()];
        int at = 0;
        int rankLoss = 0;
        double smallest = 0;
        for (Weight weight : layer.weights()) {
            double[] values = Eigenvalues.of(weight);
            System.arraycopy(values, 0, all, at, values.length);
            at += values.length;
            rankLoss += Spectrum.rankLoss(values, layer.n());
            smallest = Math.max(smallest, Math.sqrt(values[0]));
        }
        Arrays.sort(all);
        return new Spectrum(all, Spectrum.Method.EXACT, rankLoss, smallest);
    }

    private static void requireFinite(Layer layer) {
        long bad = 0;
        long size = 0;
        for (Weight weight : layer.weights()) {
            int step = weight.panelRows();
            for (int from = 0; from < weight.rows().count(); from += step) {
                for (double value :
                        weight.panel(from, Math.min(step, weight.rows().count() - from))) {
                    bad += Double.isFinite(value) ? 0 : 1;
                    size++;
                }
            }
        }
        if (bad > 0) {
            throw new NotFinite(layer.name(), bad, size);
        }
    }
}
