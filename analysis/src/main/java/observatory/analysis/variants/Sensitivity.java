package observatory.analysis.variants;

import java.util.Arrays;

/**
 * How much a model's final loss suffers from a learning rate that is not its best (Wortsman et al. 2023, arXiv
 * 2309.14322): over rates η evenly spaced in their logarithm, the mean of min(ℓ(η), ℓ₀) − ℓ*, where ℓ₀ is the loss of the
 * untrained model and ℓ* the lowest of all. In nats; 0 where the rate does not matter.
 */
public final class Sensitivity {
    private Sensitivity() {}

    /**
     * The sensitivity of one model over its rates.
     *
     * @param losses final losses, one for each rate; what is not finite counts as untrained
     * @param initial loss of the untrained model
     */
    public static double of(double[] losses, double initial) {
        return mean(losses, initial) - best(losses, initial);
    }

    /** The mean of the losses, each that of the untrained model at most. */
    static double mean(double[] losses, double initial) {
        return Arrays.stream(losses)
                .map(loss -> capped(loss, initial))
                .average()
                .orElse(Double.NaN);
    }

    /** The lowest of the losses, that of the untrained model at most. */
    static double best(double[] losses, double initial) {
        return Arrays.stream(losses).map(loss -> capped(loss, initial)).min().orElse(Double.NaN);
    }

    private static double capped(double loss, double initial) {
        return loss < initial ? loss : initial; // NaN is untrained
    }
}
