package observatory.trainer.fault;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import observatory.trainer.ModelState;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;

/** Changes one tensor of a model where it lies. */
final class Weights {
    private Weights() {}

    static void change(ModelState state, String name, Consumer<float[]> change) {
        change(state, name, Part.WEIGHT, change);
    }

    static void change(ModelState state, String name, Part part, Consumer<float[]> change) {
        Entry entry = state.entries().stream()
                .filter(candidate -> candidate.name().equals(name) && candidate.part() == part)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the model has no tensor " + name));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(entry.bytes(), Long.BYTES);
            state.read(entry, copy);
            float[] values = copy.toArray(JAVA_FLOAT);
            change.accept(values);
            MemorySegment.copy(values, 0, copy, JAVA_FLOAT, 0, values.length);
            state.write(entry, copy);
        }
    }
}
