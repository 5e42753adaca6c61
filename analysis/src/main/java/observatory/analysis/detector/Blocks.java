package observatory.analysis.detector;

/**
 * A series in blocks of {@link #SIZE} points, for what is too slow for any window: the median of each finished block, the
 * best level there was, and the noise within a block. Windows forget a slow rise as fast as it comes (a ramp inside the
 * window gives every value the same small z whatever its slope: detection-rules.md, section 6.6).
 *
 * @param current the block being filled
 * @param medians medians of the newest finished blocks, newest last
 * @param best the lowest median of a finished block; NaN before the first
 * @param noise deviation within the newest finished blocks, a slow average
 * @param finished how many blocks there have been
 */
record Blocks(Window current, Window medians, double best, double noise, long finished) {
    static final int SIZE = 32;
    /** Standard error of a median of 32 values is 1.25/√32 of their deviation; doubled, for values that depend on each other. */
    private static final double ERROR = 2 * 1.2533 / Math.sqrt(SIZE);

    static Blocks start() {
        return new Blocks(Window.of(SIZE), Window.of(8), Double.NaN, 0, 0);
    }

    Blocks with(double value) {
        Window filled = current.with(value);
        if (filled.size() < SIZE) {
            return new Blocks(filled, medians, best, noise, finished);
        }
        double median = filled.recentMedian(SIZE);
        double within = filled.spread(SIZE);
        return new Blocks(
                Window.of(SIZE),
                medians.with(median),
                Double.isNaN(best) ? median : Math.min(best, median),
                finished == 0 ? within : noise + 0.25 * (within - noise),
                finished + 1);
    }

    /** Whether the value just taken in finished a block. */
    boolean atTheEndOfABlock() {
        return current.size() == 0 && finished > 0;
    }

    double newest() {
        return medians.values()[medians.size() - 1];
    }

    double error() {
        return ERROR * noise;
    }

    /** Blocks in a row, up to the newest, each of which lies above the one before it by more than {@code margin}. */
    int rising(double margin) {
        int count = 0;
        double[] values = medians.values();
        for (int i = values.length - 1; i > 0 && values[i] > values[i - 1] + margin; i--) {
            count++;
        }
        return count;
    }
}
