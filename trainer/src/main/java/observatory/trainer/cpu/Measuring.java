package observatory.trainer.cpu;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import observatory.probe.Broken;
import observatory.probe.Moments;
import observatory.probe.Reduction;
import observatory.probe.RowNorms;
import observatory.probe.Shape;
import observatory.probe.Tail;

/**
 * What is due of a tensor, taken part by part by those who write it, while what they wrote is still in their cache. Parts
 * are those of the operation, so they depend on shapes alone; they are added in their order, whoever was first.
 */
final class Measuring {
    static final Reduction<Moments> MOMENTS = new Reduction.ToMoments();

    private final List<Reduction<?>> taken;
    private final Object[][] results; // (reductions, parts)
    private final long[][] nanosTaken; // the same
    private final LongSupplier nanos;

    /** @param taken reductions of which parts make up the whole: see {@link #of} */
    Measuring(List<Reduction<?>> taken, int parts, LongSupplier nanos) {
        this.taken = taken;
        this.results = new Object[taken.size()][parts];
        this.nanosTaken = new long[taken.size()][parts];
        this.nanos = nanos;
    }

    /** Of reductions that are due, those that can be taken of parts. */
    static List<Reduction<?>> of(List<Reduction<?>> due) {
        return due.stream()
                .filter(one -> one instanceof Reduction.ToMoments
                        || one instanceof Reduction.ToBroken
                        || one instanceof Reduction.ToShape
                        || one instanceof Reduction.ToExponents
                        || one instanceof Reduction.ToTail
                        || one instanceof Reduction.ToRows)
                .toList();
    }

    List<Reduction<?>> taken() {
        return taken;
    }

    /** Measures a part that has just been written: elements from (inclusive) to (exclusive). */
    void part(int number, Tensor tensor, long from, long to) {
        long began = nanos.getAsLong();
        for (int i = 0; i < results.length; i++) {
            results[i][number] = take(taken.get(i), tensor, from, to);
            long ended = nanos.getAsLong();
            nanosTaken[i][number] = ended - began;
            began = ended;
        }
    }

    private static Object take(Reduction<?> reduction, Tensor tensor, long from, long to) {
        return switch (reduction) {
            case Reduction.ToMoments _ -> TensorMoments.of(tensor, from, to);
            case Reduction.ToBroken _ -> TensorBroken.of(tensor, from, to);
            case Reduction.ToShape _ -> TensorShape.of(tensor, from, to);
            case Reduction.ToExponents exponents ->
                TensorExponents.part(tensor, new TensorExponents.Part(from, to), exponents.stride());
            case Reduction.ToTail tail -> TensorTail.of(tensor, from, to, tail.threshold());
            case Reduction.ToRows _ ->
                from % tensor.columns() == 0 && to % tensor.columns() == 0
                        ? TensorRows.of(tensor, from / tensor.columns(), to / tensor.columns())
                        : null; // A row that lies in two parts is measured by neither.
            default -> throw new IllegalArgumentException("cannot be taken of parts: reduction=" + reduction);
        };
    }

    /** What was measured; every part has to be there. What was not taken of one of them is left out. */
    Map<Reduction<?>, Object> known() {
        Map<Reduction<?>, Object> known = new HashMap<>();
        for (int i = 0; i < results.length; i++) {
            if (!Arrays.asList(results[i]).contains(null)) {
                known.put(taken.get(i), together(taken.get(i), results[i]));
            }
        }
        return known;
    }

    private static Object together(Reduction<?> reduction, Object[] parts) {
        int count = parts.length;
        return switch (reduction) {
            case Reduction.ToMoments _ -> TensorMoments.together(Arrays.copyOf(parts, count, Moments[].class));
            case Reduction.ToBroken _ -> TensorBroken.together(Arrays.copyOf(parts, count, Broken[].class));
            case Reduction.ToShape _ -> TensorShape.together(Arrays.copyOf(parts, count, Shape[].class));
            case Reduction.ToExponents _ -> TensorExponents.together(Arrays.copyOf(parts, count, int[][].class));
            case Reduction.ToTail _ -> TensorTail.together(Arrays.copyOf(parts, count, Tail[].class));
            case Reduction.ToRows _ -> TensorRows.together(Arrays.copyOf(parts, count, RowNorms[].class));
            default -> throw new IllegalArgumentException("cannot be taken of parts: reduction=" + reduction);
        };
    }

    /** What one of the reductions took of the step's own time, on so many threads; one part is one thread's. */
    long nanos(Reduction<?> reduction, int threads) {
        long[] parts = nanosTaken[taken.indexOf(reduction)];
        return Arrays.stream(parts).sum() / Math.min(threads, parts.length);
    }
}
