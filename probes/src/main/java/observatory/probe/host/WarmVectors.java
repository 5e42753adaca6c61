package observatory.probe.host;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import observatory.probe.SpectralNorm;

/**
 * The vectors that power iterations go on from, by where a matrix lies and how many columns it has: tensors that are made
 * for observers lie in one place one after the other, each in its own shape.
 */
public final class WarmVectors {
    private final Map<Object, Map<Integer, double[]>> vectors;

    /** @param vectors an empty map by places: weak where these may come and go */
    public WarmVectors(Map<Object, Map<Integer, double[]>> vectors) {
        this.vectors = vectors;
    }

    /**
     * The largest singular value of a matrix after so many iterations, from 1, which leave the vector to go on from.
     *
     * @param place an address or an array
     * @param overRows takes an iteration over all rows, and its result
     */
    public SpectralNorm norm(
            Object place, int columns, int iterations, Function<HostPowerIteration, SpectralNorm> overRows) {
        double[] v = vectors.computeIfAbsent(place, _ -> new HashMap<>())
                .computeIfAbsent(columns, HostPowerIteration::start);
        SpectralNorm norm = null;
        for (int i = 0; i < iterations; i++) {
            norm = overRows.apply(new HostPowerIteration(v));
        }
        return norm;
    }
}
