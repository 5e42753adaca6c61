package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import observatory.probe.Broken;
import observatory.probe.HostReducer;
import observatory.probe.Moments;
import observatory.probe.Norms;
import observatory.probe.ReducerAtOnce;
import observatory.probe.Reduction;
import observatory.probe.Squares;
import observatory.probe.host.HostReductions;

/**
 * Moments and what is less are taken where the array lies, and a few numbers come to the host. All other reductions,
 * and arrays with numbers that are not finite or cannot be squared in single precision, are done on a copy there.
 */
final class EngineReducer extends ReducerAtOnce<EngineTensor> {
    /** Of elements whose squares are smaller in mean, enough may have vanished in single precision to show. */
    private static final double LEAST_SQUARE = 1e-30;

    private final HostReducer host = new HostReducer();

    @Override
    protected Object reduce(Reduction<?> reduction, EngineTensor tensor, EngineTensor other) {
        return switch (reduction) {
            case Reduction.ToMoments _ -> moments(tensor);
            case Reduction.ToBroken _ -> broken(tensor);
            case Reduction.ToSquares _ -> squares(tensor);
            case Reduction.ToNorms _ -> new Norms(norm(tensor), norm(other));
            case Reduction.ToSpectralNorm _, Reduction.ToSpectrum _, Reduction.OfRows<?> _ ->
                host.reduce(reduction, tensor.onHost(), other == null ? null : other.onHost());
        };
    }

    private static Moments moments(EngineTensor tensor) {
        return tensor.array()
                .flatMap(array -> {
                    Optional<Sums> here = Sums.of(array);
                    return here.isPresent()
                            ? here.filter(Sums::finite).map(sums -> moments(array.size(), sums))
                            : momentsThere(array);
                })
                .orElseGet(() -> (Moments) HostReductions.whole(new Reduction.ToMoments(), tensor.onHost()));
    }

    private static Moments moments(long count, Sums sums) {
        return new Moments(count, sums.sum(), sums.squares(), sums.largest(), 0, 0);
    }

    private static Broken broken(EngineTensor tensor) {
        boolean finite = elsewhere(tensor).filter(EngineReducer::finiteThere).isPresent();
        return finite ? new Broken(0, 0) : moments(tensor).broken();
    }

    private static Squares squares(EngineTensor tensor) {
        return elsewhere(tensor)
                .flatMap(EngineReducer::squaresThere)
                .orElseGet(() -> moments(tensor).squares());
    }

    /** Not finite as soon as one element is not. */
    private static double norm(EngineTensor tensor) {
        return elsewhere(tensor)
                .flatMap(EngineReducer::squaresThere)
                .map(squares -> Math.sqrt(squares.sum()))
                .orElseGet(() -> moments(tensor).norm());
    }

    /** Where one operation of the engine instead of five is worth it. */
    private static Optional<NDArray> elsewhere(EngineTensor tensor) {
        return tensor.array().filter(array -> !Sums.reads(array) && !array.isSparse());
    }

    // Below apart from the graph, so that nothing is kept for a backward pass that never comes.

    private static Optional<Moments> momentsThere(NDArray array) {
        if (array.isSparse() || array.size() == 0) {
            return Optional.empty();
        }
        try (NDArray apart = array.stopGradient();
                NDArray single = apart.toType(DataType.FLOAT32, false);
                NDArray squares = single.square();
                NDArray largest = squares.max();
                NDArray sumOfSquares = squares.sum();
                NDArray sum = single.sum();
                NDArray all = NDArrays.stack(new NDList(largest, sumOfSquares, sum))) {
            float[] read = Host.floats(all);
            // The root of a rounded square, rounded, is the number itself.
            return faithful(read[1], array.size())
                    ? Optional.of(new Moments(array.size(), read[2], read[1], (float) Math.sqrt(read[0]), 0, 0))
                    : Optional.empty();
        }
    }

    private static Optional<Squares> squaresThere(NDArray array) {
        try (NDArray apart = array.stopGradient();
                NDArray single = apart.toType(DataType.FLOAT32, false);
                NDArray squares = single.square();
                NDArray sum = squares.sum()) {
            float read = Host.floats(sum)[0];
            return faithful(read, array.size()) ? Optional.of(new Squares(array.size(), read)) : Optional.empty();
        }
    }

    /** A sum is finite only if all its terms are; one that overflows says nothing. */
    private static boolean finiteThere(NDArray array) {
        try (NDArray apart = array.stopGradient();
                NDArray single = apart.toType(DataType.FLOAT32, false);
                NDArray sum = single.sum()) {
            return Float.isFinite(Host.floats(sum)[0]);
        }
    }

    private static boolean faithful(float sumOfSquares, long size) {
        return Float.isFinite(sumOfSquares) && sumOfSquares >= size * LEAST_SQUARE;
    }
}
