package observatory.trainer.cuda;

/**
 * Blocks, and so partial summaries, of a launch: a function of the shape alone, so results do not depend on the device.
 *
 * @param pack elements of one access of 16 bytes
 * @param most blocks of a launch, at least 4; what is larger is gone over several times
 */
record Blocks(int pack, int most) {
    /** Eight blocks for each of 132 multiprocessors: enough in flight to fill the memory of the largest device. */
    static final int MOST = 1056;

    static final int THREADS = 256;
    static final int ROWS_EACH = 8;
    static final int NORM_WARPS = 4;

    static Blocks of(Elements format) {
        return new Blocks(16 / format.bytes(), MOST);
    }

    int elementBytes() {
        return 16 / pack;
    }

    /** Of an operation over elements. */
    int forElements(long elements) {
        // Half as many: their threads have several loads under way, and all of them run at once.
        return Math.clamp(ceil(elements, (long) THREADS * pack), 1, most / 2);
    }

    /** Of an operation over rows. */
    int forRows(int rows) {
        return Math.clamp(ceil(rows, ROWS_EACH), 1, most);
    }

    /** Of a norm in front of a layer, {@link #NORM_WARPS} rows at a time. */
    int forNorm(int rows) {
        return Math.clamp(ceil(rows, NORM_WARPS), 1, most);
    }

    /** Of the loss, where a block takes a row at a time. */
    int forLoss(int rows) {
        return Math.min(rows, most / 4);
    }

    static long ceil(long value, long unit) {
        return (value + unit - 1) / unit;
    }
}
