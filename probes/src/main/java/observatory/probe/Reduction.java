package observatory.probe;

import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * How a tensor gets small where it lies. The set is closed: a backend that lacks one of them does not compile. Rows are
 * the tokens of an activation or the outputs of a weight; sums leave out what is not finite, and count it.
 *
 * @param <R> what is left of the tensor
 */
public sealed interface Reduction<R> {

    /** How this result follows from that of another reduction of the same tensor; null where it does not. */
    default Function<Object, R> from(Reduction<?> other) {
        return null;
    }

    /** What one pass over a tensor's rows gives, in whatever pieces they come. */
    sealed interface OfRows<R> extends Reduction<R> {}

    /** Count, sum, sum of squares, largest magnitude, and what is not finite: 4 bytes and 5 flops an element. */
    record ToMoments() implements OfRows<Moments> {}

    /** What is not finite: 4 bytes and 2 integer operations an element. */
    record ToBroken() implements OfRows<Broken> {
        @Override
        public Function<Object, Broken> from(Reduction<?> other) {
            return other instanceof ToMoments ? moments -> ((Moments) moments).broken() : null;
        }
    }

    /** Sum of squares: 4 bytes and 2 flops an element. */
    record ToSquares() implements OfRows<Squares> {
        @Override
        public Function<Object, Squares> from(Reduction<?> other) {
            return other instanceof ToMoments ? moments -> ((Moments) moments).squares() : null;
        }
    }

    /** The Euclidean norms of a tensor and of the tensor beside it: 8 bytes and 4 flops an element. */
    record ToNorms() implements Reduction<Norms> {}

    /** Sums of the first four powers, and how many elements are zero: 4 bytes and 8 flops an element. */
    record ToShape() implements OfRows<Shape> {}

    /** Least, greatest and sum: 4 bytes and 3 flops an element. */
    record ToRange() implements OfRows<Range> {}

    /** How many elements are larger in magnitude than a threshold: 4 bytes and 2 flops an element. */
    record ToTail(float threshold) implements OfRows<Tail> {}

    /**
     * How many elements have each exponent: one histogram from which headroom and underflow of every format follow.
     * 4 bytes and 3 integer operations for each element looked at.
     *
     * @param stride looks at one run of {@value #RUN} elements in this many; 1 looks at all
     */
    record ToExponents(int stride) implements OfRows<Exponents> {
        /** Elements looked at together, so that a sample reads whole cache lines. */
        public static final int RUN = 64;

        public ToExponents {
            if (stride < 1) {
                throw new IllegalArgumentException("a stride is 1 (every element) or more: stride=" + stride);
            }
        }
    }

    /** For each column sum, sum of squares and largest magnitude: 4 bytes and 5 flops an element. */
    record ToColumns() implements OfRows<ColumnSums> {}

    /** The norms of rows, as their mean square and the largest: 4 bytes and 2 flops an element. */
    record ToRows() implements OfRows<RowNorms> {}

    /**
     * The largest singular value, by power iteration that goes on from the vector it ended with the last time, which
     * stays with the backend: 4 bytes and 4 flops an element and iteration. The vector is known by where the tensor lies
     * and by its columns, which is right for weights; where several tensors of one width pass through one place, as
     * updates do, each goes on from the one before it, and few iterations find less than the largest.
     */
    record ToSpectralNorm(int iterations) implements Reduction<SpectralNorm> {
        public ToSpectralNorm {
            if (iterations < 1) {
                throw new IllegalArgumentException("power iteration takes 1 step or more: iterations=" + iterations);
            }
        }
    }

    /**
     * All singular values, of a copy made at once (8 bytes an element), computed on another thread: the result is a
     * {@link Future} of the spectrum. A backend with other spectra still to compute may cancel it.
     */
    record ToSpectrum() implements Reduction<Spectrum> {}
}
