package observatory.probe.host;

import java.util.HashMap;
import java.util.Map;

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
     * The vector to go on from, (columns), in which the new one is to be left.
     *
     * @param place an address or an array
     */
    public double[] of(Object place, int columns) {
        return vectors.computeIfAbsent(place, _ -> new HashMap<>()).computeIfAbsent(columns, HostPowerIteration::start);
    }
}
