package observatory.trainer;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The tensors a model is made of, by name, copied to and from the host as fp32 in the byte order of the machine. */
public interface ModelState {
    /** In the order of the forward pass; of each parameter the weight, then Adam's moments. */
    List<Entry> entries();

    void read(Entry entry, MemorySegment into);

    void write(Entry entry, MemorySegment from);

    /** @param name such as {@code layers.0.attention.qkv} or {@code embedding.token} */
    record Entry(String name, Part part, int rows, int columns) {
        public long bytes() {
            return (long) rows * columns * Float.BYTES;
        }

        /** Gains and biases are one row. */
        public boolean matrix() {
            return rows > 1;
        }
    }

    enum Part {
        WEIGHT,
        FIRST_MOMENT,
        SECOND_MOMENT
    }
}
