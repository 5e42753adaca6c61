package observatory.analysis.spectrum;

import java.util.Optional;

/**
 * Whether a spectrum tells of training, and whether its exponent may be believed. The fit always gives one: of Gaussian
 * noise, up to 256 columns, one between 2 and 6, as of a well-trained layer; and of noise whose rows differ in size, as
 * an embedding's do, one near 2 that even fits closely. So it needs a close fit over a long tail, and a largest
 * eigenvalue that the same sizes with random signs do not reach.
 *
 * @param edgeRatio the largest eigenvalue over the edge that noise of the same size and norm would have
 * @param signRatio the largest eigenvalue over that of the same elements with random signs; 1 of what is noise already
 */
public record Gate(Shape shape, double edgeRatio, double signRatio) {
    /** Distances of noise lie between 0.12 and 0.17 in the median, whatever its size; a trained layer's below this. */
    private static final double CLOSE = 0.10;
    /** The exponent of a shorter tail has an error above α/7. */
    private static final int LONG = 50;
    /** The largest eigenvalue of noise passes the edge by more than 4 of its fluctuations once in ten thousand. */
    private static final double FLUCTUATIONS = 4;
    /** Twice that below the edge is no noise either. */
    private static final double FLAT_FLUCTUATIONS = 8;

    /** What a spectrum is. */
    public enum Shape {
        POWER_LAW("power law"),
        NO_POWER_LAW("no power law"),
        NOISE("noise"),
        UNEVEN_NOISE("noise of uneven size"),
        FLAT("flatter than noise");

        private final String label;

        Shape(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        /** Whether it has directions that are not those of random weights. */
        public boolean structured() {
            return this == POWER_LAW || this == NO_POWER_LAW;
        }
    }

    static Gate of(Layer layer, Spectrum spectrum, Optional<PowerLaw> fit) {
        double n = layer.n();
        double m = layer.m();
        double root = Math.sqrt(n) + Math.sqrt(m);
        // Σλ/(N·M) is the variance of an element; (√N+√M)² of it is the edge.
        double edge = spectrum.norm() / layer.weights().size() / (n * m) * root * root;
        double ratio = edge > 0 ? spectrum.largest() / edge : 0;
        double fluctuation = Math.cbrt(1 / Math.sqrt(n) + 1 / Math.sqrt(m)) / root;
        if (ratio < 1 + FLUCTUATIONS * fluctuation) {
            return new Gate(
                    ratio > 0 && ratio < 1 - FLAT_FLUCTUATIONS * fluctuation ? Shape.FLAT : Shape.NOISE, ratio, 1);
        }
        double signRatio = spectrum.largest() / RandomSigns.largest(layer);
        boolean close =
                fit.filter(law -> law.distance() <= CLOSE && law.tail() >= LONG).isPresent();
        return new Gate(
                signRatio < 1 + FLUCTUATIONS * fluctuation
                        ? Shape.UNEVEN_NOISE
                        : close ? Shape.POWER_LAW : Shape.NO_POWER_LAW,
                ratio,
                signRatio);
    }
}
