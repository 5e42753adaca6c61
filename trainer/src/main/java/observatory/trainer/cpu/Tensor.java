package observatory.trainer.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import observatory.probe.Exponents;
import observatory.probe.Moments;
import observatory.probe.RowNorms;

/**
 * A row-major matrix of floats off the heap, where OpenBLAS and the vector loops can both reach it.
 *
 * @param known of what it holds, where who wrote it measured that on the way; else null
 */
public record Tensor(MemorySegment data, int rows, int columns, Known known) {
    private static final int CACHE_LINE = 64;

    Tensor(MemorySegment data, int rows, int columns) {
        this(data, rows, columns, null);
    }

    /**
     * What was measured of a tensor.
     *
     * @param moments or null
     * @param exponents looked at with a stride, or null
     * @param rows the norms of its rows, or null
     */
    record Known(Moments moments, Exponents exponents, int stride, RowNorms rows) {
        static final Known NOTHING = new Known(null, null, 0, null);
    }

    /** The same memory with the moments of what it holds now. */
    Tensor measured(Moments moments) {
        return measured(new Known(moments, null, 0, null));
    }

    Tensor measured(Known known) {
        return new Tensor(data, rows, columns, known);
    }

    /** Its shape alone, for what was measured of a tensor that was never written; who reads an element fails. */
    Tensor withoutMemory() {
        return new Tensor(MemorySegment.NULL, rows, columns);
    }

    Optional<Moments> moments() {
        return known == null ? Optional.empty() : Optional.ofNullable(known.moments);
    }

    /** And with the norms of its rows. */
    Tensor measured(RowNorms rows) {
        Known before = known == null ? Known.NOTHING : known;
        return measured(new Known(before.moments, before.exponents, before.stride, rows));
    }

    Optional<RowNorms> rowNorms() {
        return known == null ? Optional.empty() : Optional.ofNullable(known.rows);
    }

    Optional<Exponents> exponents(int stride) {
        return known == null || known.stride != stride ? Optional.empty() : Optional.ofNullable(known.exponents);
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
