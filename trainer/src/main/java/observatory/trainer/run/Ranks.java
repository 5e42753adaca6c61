package observatory.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import observatory.trainer.Trainer;

/** Data-parallel ranks in lockstep, each on a thread of its own; the first on the caller's. */
final class Ranks implements AutoCloseable {
    private final List<Rank> all;
    private final Runnable abandon;
    private final ExecutorService others;

    /** @param abandon releases ranks that wait for one that has failed */
    Ranks(List<Rank> all, Runnable abandon) {
        this.all = List.copyOf(all);
        this.abandon = abandon;
        this.others = Executors.newFixedThreadPool(Math.max(1, all.size() - 1), work -> {
            Thread thread = new Thread(work, "trainer-rank");
            thread.setDaemon(true);
            return thread;
        });
    }

    Rank first() {
        return all.getFirst();
    }

    List<Rank> all() {
        return all;
    }

    void each(Consumer<Rank> action) {
        all.forEach(action);
    }

    /** One step of every rank; the first rank's result. */
    Trainer.Result step() {
        List<Future<Trainer.Result>> running = new ArrayList<>();
        for (Rank rank : all.subList(1, all.size())) {
            running.add(others.submit(() -> released(rank)));
        }
        Trainer.Result result = released(first());
        for (Future<Trainer.Result> each : running) {
            join(each);
        }
        return result;
    }

    private Trainer.Result released(Rank rank) {
        try {
            return rank.trainer().step();
        } catch (RuntimeException | Error e) {
            abandon.run();
            throw e;
        }
    }

    private static void join(Future<Trainer.Result> step) {
        try {
            step.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a rank failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the ranks took a step", e);
        }
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}
