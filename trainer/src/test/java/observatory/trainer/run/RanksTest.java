package observatory.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranks work together, fail together, and leave nobody at work behind. */
@Timeout(60)
class RanksTest {
    private final Phaser together = new Phaser(3);

    @Test
    void eachWorksOnAThreadOfItsOwn() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (Ranks ranks = new Ranks(three(), together::forceTermination)) {
            ranks.each(rank -> {
                threads.add(Thread.currentThread());
                meet();
            });
        }
        assertEquals(3, threads.size());
        assertTrue(threads.contains(Thread.currentThread()), "the first rank's is the caller's");
    }

    @Test
    void whatTheFailedRankThrewIsThrownAndNotWhatTheOthersSayOfIt() {
        IllegalStateException cause = new IllegalStateException("out of memory on the third");
        AtomicBoolean caller = new AtomicBoolean();
        List<Rank> all = three();
        try (Ranks ranks = new Ranks(all, together::forceTermination)) {
            IllegalStateException thrown = assertThrows(
                    IllegalStateException.class,
                    () -> ranks.each(rank -> {
                        if (rank == all.get(2)) {
                            throw cause;
                        }
                        caller.set(true);
                        meet();
                    }));
            assertSame(cause, thrown);
        }
        assertTrue(caller.get());
    }

    @Test
    void whoComesToWaitAfterARankHasFailedIsReleasedAndWaitedFor() {
        CountDownLatch failed = new CountDownLatch(1);
        AtomicBoolean atWork = new AtomicBoolean(true);
        List<Rank> all = three();
        try (Ranks ranks = new Ranks(all, () -> {
            together.forceTermination();
            failed.countDown();
        })) {
            assertThrows(
                    AssertionError.class,
                    () -> ranks.each(rank -> {
                        if (rank == all.getFirst()) {
                            throw new AssertionError("before anybody waits");
                        }
                        await(failed);
                        try {
                            meet();
                        } finally {
                            if (rank == all.getLast()) {
                                atWork.set(false);
                            }
                        }
                    }));
            assertFalse(atWork.get(), "a model is freed next");
        }
    }

    @Test
    void whoIsInterruptedReleasesTheOthersAndWaitsForThem() {
        AtomicBoolean atWork = new AtomicBoolean(true);
        List<Rank> all = three();
        try (Ranks ranks = new Ranks(all, together::forceTermination)) {
            IllegalStateException thrown = assertThrows(
                    IllegalStateException.class,
                    () -> ranks.each(rank -> {
                        if (rank == all.getFirst()) {
                            Thread.currentThread().interrupt();
                            return;
                        }
                        try {
                            meet();
                        } finally {
                            if (rank == all.getLast()) {
                                atWork.set(false);
                            }
                        }
                    }));
            assertInstanceOf(InterruptedException.class, thrown.getCause());
            assertTrue(Thread.interrupted(), "the caller still knows of it");
            assertFalse(atWork.get(), "a model is freed next");
        }
    }

    private static List<Rank> three() {
        return IntStream.range(0, 3).mapToObj(i -> new Rank(null, null, null)).toList();
    }

    private void meet() {
        if (together.arriveAndAwaitAdvance() < 0) {
            throw new IllegalStateException("another rank failed");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
