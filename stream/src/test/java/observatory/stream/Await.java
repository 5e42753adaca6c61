package observatory.stream;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition instead of for time. */
public final class Await {
    /** Far beyond what a loaded machine needs. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Await() {}

    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + PATIENCE + " for: " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
