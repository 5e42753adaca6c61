package observatory.trainer.cuda;

/**
 * Hands out places in one stretch of memory, one after the other; with a base of 0 it only reckons how much is needed.
 */
final class Space {
    /** As cuMemAlloc aligns, and more than any access needs. */
    private static final long ALIGNMENT = 256;

    private final long base;
    private long used;

    Space(long base) {
        this.base = base;
    }

    long take(long bytes) {
        long at = base + used;
        used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return at;
    }

    long used() {
        return used;
    }
}
