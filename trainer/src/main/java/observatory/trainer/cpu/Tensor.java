package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Reduction;

/**
 * A row-major matrix of floats off the heap, where OpenBLAS and the vector loops can both reach it.
 *
 * @param known results of reductions of what it holds, where who wrote it took them on the way
 */
public record Tensor(MemorySegment data, int rows, int columns, Map<Reduction<?>, Object> known) {
    private static final int CACHE_LINE = 64;

    Tensor(MemorySegment data, int rows, int columns) {
        this(data, rows, columns, Map.of());
    }

    /** The same memory with what was measured of what it holds now. */
    Tensor measured(Map<Reduction<?>, Object> known) {
        return new Tensor(data, rows, columns, known);
    }

    /** The same memory, with one more thing measured of what it holds now. */
    <R> Tensor measured(Reduction<R> reduction, R result) {
        Map<Reduction<?>, Object> more = new HashMap<>(known);
        more.put(reduction, result);
        return measured(more);
    }

    /** Its shape alone, for what was measured of a tensor that was never written; who reads an element fails. */
    Tensor withoutMemory() {
        return new Tensor(MemorySegment.NULL, rows, columns);
    }

    /** What a reduction gave, where who wrote the tensor took it on the way. */
    @SuppressWarnings("unchecked") // Both ways in put the result of a reduction under that reduction.
    <R> Optional<R> measured(Reduction<R> reduction) {
        return Optional.ofNullable((R) known.get(reduction));
    }

    /** A tensor of zeros that lives as long as the arena. */
    static Tensor zeros(Arena arena, int rows, int columns) {
        long bytes = (long) rows * columns * Float.BYTES;
        return new Tensor(
                LargePages.zeros(arena, bytes).orElseGet(() -> arena.allocate(bytes, CACHE_LINE)), rows, columns);
    }

    long size() {
        return (long) rows * columns;
    }

    float get(long index) {
        return data.getAtIndex(JAVA_FLOAT, index);
    }

    void set(long index, float value) {
        data.setAtIndex(JAVA_FLOAT, index, value);
    }

    /** The memory from an element on. */
    MemorySegment from(long index) {
        return data.asSlice(index * Float.BYTES);
    }

    /** The same memory as its first rows alone: a pass may be smaller than the largest one. */
    Tensor top(int rows) {
        return rows == this.rows ? this : band(0, rows);
    }

    /** The same memory as {@code rows} rows from one on. */
    Tensor band(int from, int rows) {
        return shaped((long) from * columns, rows, columns);
    }

    /** The same memory from an element on in another shape. */
    Tensor shaped(long from, int rows, int columns) {
        long bytes = (long) rows * columns * Float.BYTES;
        return new Tensor(data.asSlice(from * Float.BYTES, bytes), rows, columns);
    }

    void copyFrom(Tensor other) {
        data.copyFrom(other.data);
    }

    void clear() {
        data.fill((byte) 0);
    }

    float[] toArray() {
        return data.toArray(JAVA_FLOAT);
    }
}
