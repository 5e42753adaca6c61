package observatory.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    /** @param abandon releases ranks that wait for one that has failed */
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

    /** The first rank's result, when all are done. */
    private <R> R together(Task<R> task) {
        List<Future<R>> running = new ArrayList<>();
        for (int rank = 1; rank < all.size(); rank++) {
            Rank other = all.get(rank);
            Callable<R> work = () -> released(task, other);
            running.add(threads.get(rank - 1).submit(work));
        }
        R result = released(task, first());
        running.forEach(Ranks::join);
        return result;
    }

    private <R> R released(Task<R> task, Rank rank) {
        try {
            return task.of(rank);
        } catch (RuntimeException | Error e) {
            abandon.run();
            throw e;
        }
    }

    private static void join(Future<?> work) {
        try {
            work.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a rank failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the ranks worked", e);
        }
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdownNow);
    }
}
