package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import observatory.probe.HostReducer;
import observatory.probe.Moments;
import observatory.probe.Norms;
import observatory.probe.ReducerAtOnce;
import observatory.probe.Reduction;
import observatory.probe.host.HostReductions;

/**
 * Moments and norms are taken where the array lies, and three numbers come to the host: a copy of the array and a loop
 * over it take twice to four times as long. All else, and an array with numbers that cannot be squared in single
 * precision, is reduced on the host.
 */
final class EngineReducer extends ReducerAtOnce<EngineTensor> {
    /**
     * Of a largest square below, squares of smaller elements begin to vanish; of one that is not finite there is no
     * sum.
     */
    private static final float LEAST_SQUARE = 1e-24f;

    /** Elements of an array that is sooner copied than handed to five operations. */
    private static final int SMALL = 4096;

    private final HostReducer host = new HostReducer();

    @Override
    protected Object reduce(Reduction<?> reduction, EngineTensor tensor, EngineTensor other) {
        return switch (reduction) {
            case Reduction.ToMoments _ -> moments(tensor);
            case Reduction.ToBroken _ -> moments(tensor).broken();
            case Reduction.ToSquares _ -> moments(tensor).squares();
            case Reduction.ToNorms _ ->
                new Norms(moments(tensor).norm(), moments(other).norm());
            case Reduction.ToSpectralNorm _, Reduction.ToSpectrum _, Reduction.OfRows<?> _ ->
                host.reduce(reduction, tensor.onHost(), other == null ? null : other.onHost());
        };
    }

    private static Moments moments(EngineTensor tensor) {
        return tensor.array().flatMap(EngineReducer::moments).orElseGet(() ->
                (Moments) HostReductions.whole(new Reduction.ToMoments(), tensor.onHost()));
    }

    private static Optional<Moments> moments(NDArray array) {
        if (array.isSparse() || array.size() < SMALL) {
            return Optional.empty();
        }
        // Apart from the graph, so that nothing is kept for a backward pass that never comes.
        try (NDArray apart = array.stopGradient();
                NDArray single = apart.toType(DataType.FLOAT32, false);
                NDArray squares = single.square();
                NDArray largest = squares.max();
                NDArray sumOfSquares = squares.sum();
                NDArray sum = single.sum();
                NDArray all = NDArrays.stack(new NDList(largest, sumOfSquares, sum))) {
            float[] read = all.toFloatArray();
            if (!(read[0] >= LEAST_SQUARE && Float.isFinite(read[1]))) {
                return Optional.empty();
            }
            // The root of a rounded square, rounded, is the number itself.
            return Optional.of(new Moments(array.size(), read[2], read[1], (float) Math.sqrt(read[0]), 0, 0));
        }
    }
}
