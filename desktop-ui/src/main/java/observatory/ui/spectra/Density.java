package observatory.ui.spectra;

import java.util.Optional;
import observatory.analysis.spectrum.PowerLaw;
import observatory.ui.chart.PowerLabels;
import observatory.ui.chart.Trace;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** Eigenvalues as a density over logarithmic bins, and the power law that fits their tail. */
record Density(double[] ascending, Optional<PowerLaw> law) {
    private static final double FLOOR = 1e-10; // of the largest; below it stands rounding, not the matrix
    private static final int BINS_PER_DECADE = 8;
    private static final int FIT_POINTS = 32;

    static Optional<PowerLaw> fit(double[] ascending) {
        double floor = ascending.length == 0 ? 0 : FLOOR * ascending[ascending.length - 1];
        return PowerLaw.fit(ascending, floor, PowerLaw.Upper.OPEN);
    }

    /** The density as a line over the axis of {@link PowerLabels}. */
    Trace line(String name, int colour) {
        StepIndex.Growing axis = new StepIndex.Growing();
        Series density = new Series();
        double largest = ascending.length == 0 ? 0 : ascending[ascending.length - 1];
        int from = 0;
        while (from < ascending.length && ascending[from] <= FLOOR * largest) {
            from++;
        }
        while (from < ascending.length) {
            double bin = Math.floor(Math.log10(ascending[from]) * BINS_PER_DECADE);
            double low = Math.pow(10, bin / BINS_PER_DECADE);
            double high = Math.pow(10, (bin + 1) / BINS_PER_DECADE);
            int to = from;
            while (to < ascending.length && ascending[to] < high) {
                to++;
            }
            to = Math.max(to, from + 1);
            axis.append(PowerLabels.position(Math.sqrt(low * high)));
            density.append((to - from) / (high - low) / ascending.length);
            from = to;
        }
        return Trace.raw(name, axis.index(), density, colour);
    }

    /** The fitted law from its xmin to the largest eigenvalue, at the height of the density there. */
    Optional<Trace> law(int colour) {
        return law.map(fitted -> {
            StepIndex.Growing axis = new StepIndex.Growing();
            Series density = new Series();
            double tail = (double) fitted.tail() / ascending.length;
            double last = Double.NEGATIVE_INFINITY;
            for (int i = 0; i <= FIT_POINTS; i++) {
                double x = fitted.xmin() * Math.pow(fitted.xmax() / fitted.xmin(), (double) i / FIT_POINTS);
                long at = PowerLabels.position(x);
                if (at > last) {
                    axis.append(at);
                    density.append(
                            tail * (fitted.alpha() - 1) / fitted.xmin() * Math.pow(x / fitted.xmin(), -fitted.alpha()));
                    last = at;
                }
            }
            return Trace.raw("fit", axis.index(), density, colour);
        });
    }
}
