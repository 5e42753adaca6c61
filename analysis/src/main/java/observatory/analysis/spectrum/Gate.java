package observatory.analysis.spectrum;

import java.util.Locale;
import java.util.Optional;

/**
 * Whether an exponent may be believed. The fit always gives one: of Gaussian noise, up to 256 columns, one between 2
 * and 6, as of a well-trained layer. So it needs a close fit over a long tail; and what looks like noise is said to.
 *
 * @param edgeRatio the largest eigenvalue over the edge that noise of the same size and norm would have
 */
public record Gate(Shape shape, double edgeRatio) {
    /** Distances of noise lie between 0.12 and 0.17 in the median, whatever its size; a trained layer's below this. */
    private static final double CLOSE = 0.10;
    /** The exponent of a shorter tail has an error above α/7. */
    private static final int LONG = 50;
    /** The largest eigenvalue of noise passes the edge by more than 4 of its fluctuations once in ten thousand. */
    private static final double FLUCTUATIONS = 4;

    /** What a spectrum is. */
    public enum Shape {
        POWER_LAW,
        NOISE,
        NO_POWER_LAW;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
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
        boolean close =
                fit.filter(law -> law.distance() <= CLOSE && law.tail() >= LONG).isPresent();
        return new Gate(
                close ? Shape.POWER_LAW : ratio < 1 + FLUCTUATIONS * fluctuation ? Shape.NOISE : Shape.NO_POWER_LAW,
                ratio);
    }
}
