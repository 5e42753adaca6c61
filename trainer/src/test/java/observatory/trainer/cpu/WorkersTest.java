package observatory.trainer.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
    private final Thread caller = Thread.currentThread();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    void whoFailsWaitsForTheOthersWhichMayStillWrite() {
        try (Workers workers = new Workers(2)) {
            var failure = assertThrows(
                    IllegalArgumentException.class,
                    () -> workers.run(
                            2,
                            task -> whileAnotherIsAtWork(() -> {
                                throw new IllegalArgumentException("broken");
                            })));
            assertEquals("broken", failure.getMessage());
            assertTrue(ended.get());
        }
    }

    @Test
    void whoIsInterruptedWaitsToo() {
        try (Workers workers = new Workers(2)) {
            assertThrows(
                    IllegalStateException.class, () -> workers.run(2, task -> whileAnotherIsAtWork(caller::interrupt)));
            assertTrue(Thread.interrupted());
            assertTrue(ended.get());
        }
    }

    @Test
    void whatAnotherThreadFailedOfIsSaid() {
        try (Workers workers = new Workers(2)) {
            var failure = assertThrows(
                    IllegalStateException.class,
                    () -> workers.run(2, task -> {
                        if (Thread.currentThread() == caller) {
                            awaitBegun();
                        } else {
                            begun.countDown();
                            throw new IllegalArgumentException("broken");
                        }
                    }));
            assertEquals("broken", failure.getCause().getMessage());
        }
    }

    /** On the calling thread when the other is at its task, which then takes a while. */
    private void whileAnotherIsAtWork(Runnable here) {
        if (Thread.currentThread() == caller) {
            awaitBegun();
            here.run();
        } else {
            begun.countDown();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            ended.set(true);
        }
    }

    private void awaitBegun() {
        try {
            begun.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
