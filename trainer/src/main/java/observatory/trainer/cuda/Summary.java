package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import observatory.probe.Moments;
import observatory.probe.Range;
import observatory.probe.Reduction;

/** What summary.cuh leaves of a tensor: over its finite elements, and how many are not. */
record Summary(double sum, double squares, float low, float high, float largest, long nan, long infinite) {
    static final int BYTES = 40;

    static Summary read(MemorySegment memory, long at) {
        return new Summary(
                memory.get(JAVA_DOUBLE, at),
                memory.get(JAVA_DOUBLE, at + 8),
                memory.get(JAVA_FLOAT, at + 16),
                memory.get(JAVA_FLOAT, at + 20),
                memory.get(JAVA_FLOAT, at + 24),
                Integer.toUnsignedLong(memory.get(JAVA_INT, at + 28)),
                Integer.toUnsignedLong(memory.get(JAVA_INT, at + 32)));
    }

    /** Whether a summary answers a reduction. */
    static boolean answers(Reduction<?> reduction) {
        return answer(reduction, 0) != null;
    }

    /** What a summary of so many elements answers to a reduction; null where it is not to be had from one. */
    private static Function<Summary, Object> answer(Reduction<?> reduction, long count) {
        return switch (reduction) {
            case Reduction.ToMoments _ -> summary -> summary.moments(count);
            case Reduction.ToBroken _ -> summary -> summary.moments(count).broken();
            case Reduction.ToSquares _ -> summary -> summary.moments(count).squares();
            case Reduction.ToRange _ -> summary -> summary.range(count);
            default -> null;
        };
    }

    /** How to read what is due of a tensor from its summary at an offset of what comes home; to be added to. */
    static Map<Reduction<?>, Function<MemorySegment, Object>> answers(List<Reduction<?>> due, long offset, long count) {
        Map<Reduction<?>, Function<MemorySegment, Object>> answers = new HashMap<>();
        for (Reduction<?> reduction : due) {
            Function<Summary, Object> answer = answer(reduction, count);
            if (answer != null) {
                answers.put(reduction, home -> answer.apply(read(home, offset)));
            }
        }
        return answers;
    }

    Moments moments(long count) {
        return new Moments(count, sum, squares, largest, nan, infinite);
    }

    Range range(long count) {
        long finite = count - nan - infinite;
        return new Range(finite, finite == 0 ? Double.NaN : low, finite == 0 ? Double.NaN : high, sum);
    }

    double norm(long count) {
        return moments(count).norm();
    }
}
