package observatory.analysis.detector;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Site;

/**
 * What Adam's second moment would be of the norm of a parameter's whole gradient: its mean square, which forgets as Adam
 * does, bias-corrected. Kept of the norm and of its share of the global norm, because the gradient that Adam sees is
 * clipped or not, which frames do not tell.
 *
 * @param sites the parameters, as the column that is read names them
 * @param squares mean squared norms; {@code shares} of norms over the global norm
 * @param weights 1 - β2^t, by which both are too small
 */
record GradientMemory(List<Site> sites, double[] squares, double[] shares, double[] weights, long lastStep) {
    static final String NORM = "norm";

    static GradientMemory start() {
        return new GradientMemory(List.of(), new double[0], new double[0], new double[0], -1);
    }

    /**
     * The memory with this frame in it.
     *
     * @param expected by value of the column: the norm over the root of its memory, clipped or not, whichever is less; 1
     *     for gradients that stay as they are, NaN where it is not known
     */
    record Reading(GradientMemory next, double[] expected) {}

    /**
     * @param column of the parameters that are asked for
     * @param beta2 how long Adam remembers
     * @param total global gradient norm
     */
    Reading read(Frame frame, Column column, double beta2, double total) {
        List<Site> all = frame.sites().sites();
        List<Site> now = Arrays.stream(column.at()).mapToObj(all::get).toList();
        GradientMemory next = now.equals(sites) ? copy(frame.step()) : over(now, frame.step());
        Map<Site, Double> norms = norms(frame);
        double kept = Math.pow(beta2, lastStep < 0 ? 1 : Math.max(1, frame.step() - lastStep));
        double[] expected = new double[now.size()];
        for (int i = 0; i < expected.length; i++) {
            Site own = new Site(Hook.GRADIENT, now.get(i).layer(), now.get(i).parameter());
            expected[i] = next.learn(i, norms.getOrDefault(own, Double.NaN), total, kept);
        }
        return new Reading(next, expected);
    }

    private double learn(int i, double norm, double total, double kept) {
        double square = norm * norm;
        double share = square / (total * total);
        if (!(square > 0 && share > 0) || Double.isInfinite(square) || Double.isInfinite(share)) {
            return Double.NaN;
        }
        squares[i] = kept * squares[i] + (1 - kept) * square;
        shares[i] = kept * shares[i] + (1 - kept) * share;
        weights[i] = kept * weights[i] + (1 - kept);
        return Math.sqrt(weights[i] * Math.min(square / squares[i], share / shares[i]));
    }

    private static Map<Site, Double> norms(Frame frame) {
        Column column = frame.sites().column(NORM).orElseThrow();
        Map<Site, Double> norms = new HashMap<>();
        for (int i = 0; i < column.size(); i++) {
            Site site = frame.sites().sites().get(column.at()[i]);
            if (site.hook() == Hook.GRADIENT) {
                norms.put(site, column.values()[i]);
            }
        }
        return norms;
    }

    private GradientMemory copy(long step) {
        return new GradientMemory(sites, squares.clone(), shares.clone(), weights.clone(), step);
    }

    /** The same memories in the order of other parameters; those that are new begin at nothing. */
    private GradientMemory over(List<Site> other, long step) {
        int[] places = SiteTrend.places(other, sites);
        int n = other.size();
        GradientMemory moved = new GradientMemory(other, new double[n], new double[n], new double[n], step);
        for (int i = 0; i < n; i++) {
            int from = places[i];
            if (from >= 0) {
                moved.squares[i] = squares[from];
                moved.shares[i] = shares[from];
                moved.weights[i] = weights[from];
            }
        }
        return moved;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GradientMemory that
                && sites.equals(that.sites)
                && Arrays.equals(squares, that.squares)
                && Arrays.equals(shares, that.shares)
                && Arrays.equals(weights, that.weights)
                && lastStep == that.lastStep;
    }

    @Override
    public int hashCode() {
        return 31 * sites.hashCode() + Arrays.hashCode(squares);
    }
}
