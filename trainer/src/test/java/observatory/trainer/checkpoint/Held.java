package observatory.trainer.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import observatory.trainer.ModelState;

/** The tensors of a model that is nothing but its tensors: two parameters, all numbers alike. */
final class Held implements ModelState {
    private final Map<Entry, float[]> tensors = new LinkedHashMap<>();

    Held(float value) {
        for (Part part : Part.values()) {
            tensors.put(new Entry("up", part, 3, 5), filled(15, value));
            tensors.put(new Entry("gain", part, 1, 5), filled(5, value));
        }
    }

    private static float[] filled(int size, float value) {
        float[] filled = new float[size];
        Arrays.fill(filled, value);
        return filled;
    }

    @Override
    public List<Entry> entries() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public void read(Entry entry, MemorySegment into) {
        into.copyFrom(MemorySegment.ofArray(tensors.get(entry)));
    }

    @Override
    public void write(Entry entry, MemorySegment from) {
        MemorySegment.copy(from, JAVA_FLOAT, 0, tensors.get(entry), 0, tensors.get(entry).length);
    }

    /** All numbers of all tensors. */
    List<Float> values() {
        List<Float> values = new ArrayList<>();
        tensors.values().forEach(tensor -> {
            for (float value : tensor) {
                values.add(value);
            }
        });
        return values;
    }
}
