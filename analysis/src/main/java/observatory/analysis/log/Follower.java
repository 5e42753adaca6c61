package observatory.analysis.log;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits at the end of a growing log, and has what was read so far handed over while nothing comes. For one reader. */
public final class Follower {
    /** Longer than a writer takes from the first to the last value of a step. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private static final Duration POLL = Duration.ofMillis(50);

    private final BooleanSupplier wanted;
    private Runnable handOver = () -> {};
    private int idlePolls;

    /** @param wanted false when following is to end, such as after an interrupt */
    public Follower(BooleanSupplier wanted) {
        this.wanted = wanted;
    }

    /** What to do, on the reading thread, when the log has been quiet for a while. */
    void whenQuiet(Runnable handOver) {
        this.handOver = handOver;
    }

    /** Something was read. */
    void busy() {
        idlePolls = 0;
    }

    /** Waits a moment; false when following is to end. */
    boolean await() {
        if (++idlePolls == QUIET.dividedBy(POLL)) {
            handOver.run();
        }
        LockSupport.parkNanos(POLL.toNanos());
        return wanted.getAsBoolean();
    }
}
