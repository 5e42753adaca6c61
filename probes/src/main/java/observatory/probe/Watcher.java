package observatory.probe;

import java.util.Arrays;

/** A question as it is installed: what it asked for, read once, what it costs, and how often it has failed since. */
final class Watcher {
    /** A probe that failed this often is broken, not unlucky. */
    static final int FAILURES_ALLOWED = 10;

    /** Every hook, and what is at none. */
    private static final int PLACES = Hook.values().length + 1;

    final Question question;
    final long hooks;
    final Schedule schedule;
    final Reduction<?> reduction;
    // Written by whoever tells, read by the training thread.
    private volatile int stretch = 1;
    private volatile int failures;

    private Throwable lastError;
    private long spentNanos;
    private final long[] unbilledNanos = new long[PLACES];
    private final double[] nanosOfAStep = new double[PLACES];
    private int unbilledTimes;
    private double earlierNanos = Double.NaN;
    private double laterNanos = Double.NaN;

    Watcher(Question question) {
        this.question = question;
        this.schedule = question.schedule();
        if (question instanceof Probe<?> probe) {
            this.hooks = probe.hooks().stream().mapToLong(Hook::bit).reduce(0, (a, b) -> a | b);
            this.reduction = probe.reduction();
        } else {
            this.hooks = 0;
            this.reduction = null;
        }
    }

    boolean due(long step) {
        return failures < FAILURES_ALLOWED && step % every() == schedule.phase();
    }

    /** Steps from one time it is due to the next. */
    long every() {
        return (long) schedule.every() * stretch;
    }

    int stretch() {
        return stretch;
    }

    void stretch(int times) {
        stretch = times;
    }

    /** Hands a result over. The plan pairs a probe only with results of its own reduction, hence the cast. */
    @SuppressWarnings("unchecked")
    void read(Site site, Object result, SampleSink out) {
        ((Probe<Object>) question).read(site, result, out);
    }

    /** At no hook: for the step, or its batch. */
    void spent(long nanos) {
        spent(PLACES - 1, nanos);
    }

    void spent(Hook hook, long nanos) {
        spent(hook.ordinal(), nanos);
    }

    private void spent(int place, long nanos) {
        spentNanos += nanos;
        unbilledNanos[place] += nanos;
    }

    /** Closes the account of a step; what was spent in it, in nanoseconds. */
    long settle() {
        long spent = spentNanos;
        if (spent > 0) {
            earlierNanos = laterNanos;
            laterNanos = spent;
            unbilledTimes++;
        }
        spentNanos = 0;
        return spent;
    }

    /** Whether it was due twice, so that its cost is known. */
    boolean measured() {
        return !Double.isNaN(earlierNanos);
    }

    /** Cost of one time it is due: the lesser of the last two, because a collection or a cold loop is not its cost. */
    double nanos() {
        return measured() ? Math.min(earlierNanos, laterNanos) : 0;
    }

    /** What it took since it was billed last, in nanoseconds. */
    long unbilledNanos() {
        return Arrays.stream(unbilledNanos).sum();
    }

    /** Takes what it cost since it was billed last as its cost of now; false where it was not due since. */
    boolean bill() {
        if (unbilledTimes == 0) {
            return false;
        }
        for (int i = 0; i < PLACES; i++) {
            nanosOfAStep[i] = (double) unbilledNanos[i] / unbilledTimes / every();
        }
        Arrays.fill(unbilledNanos, 0);
        unbilledTimes = 0;
        return true;
    }

    /**
     * What it takes of a step at the cadence of now, in nanoseconds, as it was billed last: for each hook by its
     * number, and behind them what it takes at none of them.
     */
    double[] nanosOfAStep() {
        return nanosOfAStep;
    }

    /** Notes one more failure; true where it is the one that disables the probe. */
    boolean failed(Throwable error) {
        lastError = error;
        failures++;
        return failures == FAILURES_ALLOWED;
    }

    String lastError() {
        return String.valueOf(lastError);
    }
}
