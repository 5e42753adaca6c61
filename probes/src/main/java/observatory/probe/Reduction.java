package observatory.probe;

/**
 * How a tensor gets small where it lies. The set is closed: a backend that lacks one of them does not compile.
 *
 * @param <R> what is left of the tensor
 */
public sealed interface Reduction<R> {

    /** Count, sum, sum of squares, largest magnitude, and what is not finite: one read of the tensor. */
    record ToMoments() implements Reduction<Moments> {}

    /** The Euclidean norms of a tensor and of the tensor beside it: one read of both. */
    record ToNorms() implements Reduction<Norms> {}
}
