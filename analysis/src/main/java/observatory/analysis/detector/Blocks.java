package observatory.analysis.detector;

/**
 * A series in blocks of {@link #SIZE} points, for what is too slow for any window: the median of each finished block,
 * the best level there was, and the noise within a block. Windows forget a slow rise as fast as it comes (a ramp inside
 * the window gives every value the same small z whatever its slope).
 *
 * @param current the block being filled
 * @param medians medians of the newest finished blocks, newest last
 * @param best the lowest median of a finished block; NaN before the first
 * @param noise deviation within the newest finished blocks times its persistence, a slow average
 * @param finished how many blocks there have been
 * @param height how far a block has stood above the best so far since it was last there
 * @param wandered how far the blocks had once risen above the best and come down again by half: the run's
 * own ups and downs
 */
record Blocks(
        Window current, Window medians, double best, double noise, long finished, double height, double wandered) {
    static final int SIZE = 32;
    /**
     * Standard error of a median of 32 values is 1.25/√32 of their deviation; doubled, for
     * what {@link Persistence} misses.
     */
    private static final double ERROR = 2 * 1.2533 / Math.sqrt(SIZE);

    /** Down by half is down: a loss that wanders need not reach its best level again. */
    private static final double RETURNED = 0.5;
    /**
     * In seventy blocks half of a height is forgotten: a bump of the first steps says little of what comes much later.
     */
    private static final double FADES = 0.99;
    /** Ups and downs differ among each other; a divergence soon passes them by half. */
    private static final double WANDERS = 1.5;

    /** Four blocks that rise alike have risen by four steps when the median of the last seven is one of theirs. */
    private static final double USUAL_STEPS = 3;

    static Blocks start() {
        return new Blocks(Window.of(SIZE), Window.of(8), Double.NaN, 0, 0, 0, 0);
    }

    Blocks with(double value) {
        Window filled = current.with(value);
        if (filled.size() < SIZE) {
            return new Blocks(filled, medians, best, noise, finished, height, wandered);
        }
        double median = filled.recentMedian(SIZE);
        double spread = filled.spread(SIZE);
        double within = spread * Persistence.of(filled.values(), spread);
        double lowest = Double.isNaN(best) ? median : Math.min(best, median);
        double rise = median - lowest;
        boolean cameDown = rise < RETURNED * height;
        return new Blocks(
                Window.of(SIZE),
                medians.with(median),
                lowest,
                finished == 0 ? within : noise + 0.25 * (within - noise),
                finished + 1,
                cameDown ? rise : Math.max(height, rise),
                Math.max(FADES * wandered, cameDown ? height : 0));
    }

    /** Whether the value just taken in finished a block. */
    boolean atTheEndOfABlock() {
        return current.size() == 0 && finished > 0;
    }

    double newest() {
        return medians.values()[medians.size() - 1];
    }

    /**
     * Whether the newest block stands clearly higher above the best than the run has stood before and come down from.
     */
    boolean beyondItsWandering() {
        return newest() - best > Math.max(WANDERS * wandered, USUAL_STEPS * usualStep());
    }

    /** Median distance of blocks that follow one another: what an objective that swings does all the time. */
    private double usualStep() {
        double[] values = medians.values();
        double[] steps = new double[Math.max(0, values.length - 1)];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = Math.abs(values[i + 1] - values[i]);
        }
        return steps.length == 0 ? 0 : Median.of(steps);
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
