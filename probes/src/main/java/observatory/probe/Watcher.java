package observatory.probe;

/** A probe as it is installed: what it asked for, read once, and how often it has failed since. */
final class Watcher {
    /** A probe that failed this often is broken, not unlucky. */
    static final int FAILURES_ALLOWED = 10;

    final Probe<?> probe;
    final long hooks;
    final Schedule schedule;
    final Reduction<?> reduction;
    private int failures;
    private Throwable lastError;

    Watcher(Probe<?> probe) {
        this.probe = probe;
        this.hooks = probe.hooks().stream().mapToLong(Hook::bit).reduce(0, (a, b) -> a | b);
        this.schedule = probe.schedule();
        this.reduction = probe.reduction();
    }

    boolean due(long step) {
        return failures < FAILURES_ALLOWED && schedule.due(step);
    }

    /** Hands a result over. The plan pairs a probe only with results of its own reduction, hence the cast. */
    @SuppressWarnings("unchecked")
    void read(Site site, Object result, SampleSink out) {
        ((Probe<Object>) probe).read(site, result, out);
    }

    /** Notes one more failure; true where it is the one that disables the probe. */
    boolean failed(Throwable error) {
        lastError = error;
        failures++;
        return failures == FAILURES_ALLOWED;
    }

    String name() {
        return probe.getClass().getSimpleName();
    }

    String lastError() {
        return String.valueOf(lastError);
    }
}
