package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import observatory.probe.Reduction;

/**
 * A tensor on the device as a hook shows it: where it lies, and how to read the answers to what is due of it from the
 * results that a step brings home.
 */
public final class CudaTensor {
    private final Place place;
    private final Map<Reduction<?>, Function<MemorySegment, Object>> answers;

    /** @param element format of its elements */
    record Place(long address, int rows, int columns, Elements element) {
        /** Of a float tensor, whatever the format of the run. */
        static Place ofFloats(long address, int rows, int columns) {
            return new Place(address, rows, columns, new Elements("f32", Float.BYTES));
        }

        long elements() {
            return (long) rows * columns;
        }

        boolean isFloat() {
            return element.bytes() == Float.BYTES;
        }
    }

    CudaTensor(Place place, Map<Reduction<?>, Function<MemorySegment, Object>> answers) {
        this.place = place;
        this.answers = Map.copyOf(answers);
    }

    Place place() {
        return place;
    }

    /** Whether it was asked for. */
    boolean answers(Reduction<?> reduction) {
        return answers.containsKey(reduction);
    }

    /** The same tensor with further answers. */
    CudaTensor with(Map<Reduction<?>, Function<MemorySegment, Object>> more) {
        Map<Reduction<?>, Function<MemorySegment, Object>> all = new HashMap<>(answers);
        all.putAll(more);
        return new CudaTensor(place, all);
    }

    /** Reads an answer from what came home. */
    Object answer(Reduction<?> reduction, MemorySegment results) {
        return answers.get(reduction).apply(results);
    }
}
