package observatory.probe;

/** When a probe is due: at every step whose number is {@code phase} modulo {@code every}. */
public record Schedule(int every, int phase) {
    private static final Schedule EVERY_STEP = new Schedule(1, 0);

    public Schedule {
        if (every < 1 || phase < 0 || phase >= every) {
            throw new IllegalArgumentException(
                    "a schedule needs every >= 1 and 0 <= phase < every: every=" + every + ", phase=" + phase);
        }
    }

    public static Schedule everyStep() {
        return EVERY_STEP;
    }

    public static Schedule everySteps(int every) {
        return new Schedule(every, 0);
    }

    public boolean due(long step) {
        return step % every == phase;
    }
}
