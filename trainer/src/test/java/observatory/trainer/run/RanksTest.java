package observatory.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranks work together, fail together, and leave nobody at work behind. */
@Timeout(60)
class RanksTest {
    private final CyclicBarrier barrier = new CyclicBarrier(3);

    @Test
    void eachWorksOnAThreadOfItsOwn() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (Ranks ranks = new Ranks(three(), barrier::reset)) {
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
        try (Ranks ranks = new Ranks(all, barrier::reset)) {
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
            barrier.reset();
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

    private static List<Rank> three() {
        return IntStream.range(0, 3).mapToObj(i -> new Rank(null, null, null)).toList();
    }

    private void meet() {
        try {
            barrier.await();
        } catch (BrokenBarrierException e) {
            throw new IllegalStateException("another rank failed", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
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
