package observatory.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import observatory.trainer.Trainer;

/**
 * Data-parallel ranks in lockstep. Each has a thread of its own, the first the caller's: whatever a rank does or tells
 * happens there, so what it tells arrives in order.
 */
public final class Ranks implements AutoCloseable {
    private final List<Rank> all;
    private final Runnable abandon;
    private final List<ExecutorService> threads = new ArrayList<>();

    /** @param abandon releases the ranks that wait for one that has failed, and those that come to wait for it later */
    public Ranks(List<Rank> all, Runnable abandon) {
        this.all = List.copyOf(all);
        this.abandon = abandon;
        for (int rank = 1; rank < all.size(); rank++) {
            String name = "trainer-rank-" + rank;
            threads.add(Executors.newSingleThreadExecutor(work -> {
                Thread thread = new Thread(work, name);
                thread.setDaemon(true);
                return thread;
            }));
        }
    }

    Rank first() {
        return all.getFirst();
    }

    List<Rank> all() {
        return all;
    }

    /** Does something for every rank on its own thread. */
    void each(Consumer<Rank> action) {
        together(rank -> {
            action.accept(rank);
            return null;
        });
    }

    /** One step of every rank; the first rank's result. */
    public Trainer.Result step() {
        return together(rank -> rank.trainer().step());
    }

    private interface Task<R> {
        R of(Rank rank);
    }

    /**
     * The first rank's result, when all are done. Where a rank fails all are done before what it threw is thrown here:
     * none is left at work in a model that is about to be freed.
     */
    private <R> R together(Task<R> task) {
        FirstFailure failure = new FirstFailure();
        CountDownLatch others = new CountDownLatch(threads.size());
        for (int rank = 1; rank < all.size(); rank++) {
            Rank other = all.get(rank);
            threads.get(rank - 1).execute(() -> {
                try {
                    attempt(task, other, failure);
                } finally {
                    others.countDown();
                }
            });
        }
        R result = attempt(task, first(), failure);
        await(others, failure);
        failure.rethrow();
        return result;
    }

    /** What a rank came to, or null where it failed. */
    private <R> R attempt(Task<R> task, Rank rank, FirstFailure failure) {
        try {
            return task.of(rank);
        } catch (RuntimeException e) {
            failure.of(e);
        } catch (Error e) {
            failure.of(e);
        }
        abandon.run();
        return null;
    }

    /** Until all are done, also where this thread is interrupted: then the others are released as from a failure. */
    private void await(CountDownLatch others, FirstFailure failure) {
        boolean interrupted = false;
        while (others.getCount() > 0) {
            try {
                others.await();
            } catch (InterruptedException e) {
                interrupted = true;
                failure.of(new IllegalStateException("interrupted while the ranks worked", e));
                abandon.run();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdownNow);
    }
}
