package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * What a step brings home in one copy: the decision, the losses of its sequences, the summaries of all gradients, those
 * of other tensors one after the other, and then whatever else was asked for.
 */
final class Results {
    private static final int DECISION_BYTES = 16;

    private final long address;
    private final long capacity;
    private final int losses;
    private final int parameters;
    private final long lastRow;
    private long nextRow;
    private long used;

    /**
     * @param capacity bytes there are at the address
     * @param rows summaries that there may be beside those of gradients
     */
    Results(long address, long capacity, int losses, int parameters, int rows) {
        this.address = address;
        this.capacity = capacity;
        this.losses = losses;
        this.parameters = parameters;
        this.nextRow = needed();
        this.lastRow = nextRow + (long) rows * Summary.BYTES;
        this.used = nextRow;
    }

    long address() {
        return address;
    }

    long capacity() {
        return capacity;
    }

    /** Where the decision is on the device. */
    long decision() {
        return address;
    }

    long lossOf(int sequence) {
        return DECISION_BYTES + (long) sequence * Double.BYTES;
    }

    /** Offset of the summary of a parameter's gradient over the whole step. */
    long gradientRow(int parameter) {
        return lossOf(losses) + (long) parameter * Summary.BYTES;
    }

    /** Offset of the summary of a parameter's gradient after the first of several passes. */
    long firstPassRow(int parameter) {
        return gradientRow(parameters + parameter);
    }

    /** Summaries that there may be beside those of gradients. */
    int rows() {
        return Math.toIntExact((lastRow - needed()) / Summary.BYTES);
    }

    /** Offset of a new summary. */
    long row() {
        long offset = nextRow;
        nextRow += Summary.BYTES;
        used = Math.max(used, nextRow);
        if (nextRow > lastRow) {
            throw full();
        }
        return offset;
    }

    /** Offset of so many new bytes. */
    long take(long bytes) {
        long offset = Math.max(used, lastRow);
        used = offset + (bytes + 7) / 8 * 8;
        if (used > capacity) {
            throw full();
        }
        return offset;
    }

    private IllegalStateException full() {
        return new IllegalStateException("a step has more to tell than there is room for: bytes=" + capacity
                + "; watch less of it at once, as with --probes continuous");
    }

    /** Bytes to be copied. */
    long used() {
        return used;
    }

    /** Of these, the ones that training itself needs: decision, losses, and the gradients' summaries. */
    long needed() {
        return gradientRow(2 * parameters);
    }

    double gradientNorm(MemorySegment home) {
        return home.get(JAVA_DOUBLE, 0);
    }

    boolean skipped(MemorySegment home) {
        return home.get(JAVA_INT, 12) != 0;
    }

    double[] losses(MemorySegment home, int sequences) {
        return home.asSlice(lossOf(0), (long) sequences * Double.BYTES).toArray(JAVA_DOUBLE);
    }
}
