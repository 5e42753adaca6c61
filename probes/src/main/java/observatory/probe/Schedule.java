package observatory.probe;

/**
 * When a probe is due: at every step whose number is {@code phase} modulo {@code every}.
 *
 * @param fixed whether the governor must leave it alone, because a step missed is a broken step missed
 */
public record Schedule(int every, int phase, boolean fixed) {
    private static final Schedule EVERY_STEP = new Schedule(1, 0);
    private static final Schedule ALWAYS = new Schedule(1, 0, true);

    public Schedule {
        if (every < 1 || phase < 0 || phase >= every) {
            throw new IllegalArgumentException(
                    "a schedule needs every >= 1 and 0 <= phase < every: every=" + every + ", phase=" + phase);
        }
    }

    public Schedule(int every, int phase) {
        this(every, phase, false);
    }

    public static Schedule everyStep() {
        return EVERY_STEP;
    }

    /** Every step, whatever it costs. */
    public static Schedule always() {
        return ALWAYS;
    }

    public static Schedule everySteps(int every) {
        return new Schedule(every, 0);
    }

    public boolean due(long step) {
        return step % every == phase;
    }
}
