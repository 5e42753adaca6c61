package observatory.trainer.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Runs the parts of an operation on a fixed set of threads. How an operation is cut depends on its shape and never on
 * the number of threads, so neither do its bits. One operation at a time, started by one thread, which works along.
 */
public final class Workers implements AutoCloseable {
    /** Elements of one part: enough to be worth handing over, small enough to stay in a core's cache. */
    static final int GRAIN = 16_384;

    private final int threads;
    private final ExecutorService others;

    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: threads=" + threads);
        }
        this.threads = threads;
        AtomicInteger count = new AtomicInteger();
        this.others = Executors.newFixedThreadPool(Math.max(1, threads - 1), work -> {
            Thread thread = new Thread(work, "trainer-worker-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A run of consecutive rows or elements: from (inclusive) to (exclusive). */
    @FunctionalInterface
    interface Range {
        void run(long from, long to);
    }

    /**
     * Runs tasks 0 to {@code tasks - 1}, in any order. No thread is at any of them when this returns or throws: what they
     * read and write may be freed then. Where one fails, those that nobody has begun are left.
     */
    void run(int tasks, IntConsumer task) {
        if (tasks == 1 || threads == 1) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        Runnable share = () -> {
            try {
                for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                    task.accept(i);
                }
            } catch (Throwable e) {
                next.set(tasks);
                throw e;
            }
        };
        List<Future<?>> shares = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, tasks); i++) {
            shares.add(others.submit(share));
        }
        try {
            share.run();
        } catch (Throwable e) {
            await(shares);
            throw e;
        }
        Throwable failed = await(shares);
        if (failed != null) {
            throw new IllegalStateException("a part of an operation failed: " + failed, failed);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted inside a training step");
        }
    }

    /** Waits for the others, interrupted or not; what the first of them that failed threw, or null. */
    private static Throwable await(List<Future<?>> shares) {
        Throwable failed = null;
        boolean interrupted = false;
        for (Future<?> share : shares) {
            for (boolean done = false; !done; ) {
                try {
                    share.get();
                    done = true;
                } catch (ExecutionException e) {
                    failed = failed == null ? e.getCause() : failed;
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failed;
    }

    /** How many threads work on one operation. */
    int threads() {
        return threads;
    }

    /** Number of parts that rows of a width are cut into. */
    static int parts(long rows, int columns) {
        long each = rowsEach(columns);
        return Math.toIntExact((rows + each - 1) / each);
    }

    /** Runs over all rows, in parts. */
    void overRows(long rows, int columns, Range range) {
        long each = rowsEach(columns);
        run(parts(rows, columns), part -> range.run(part * each, Math.min(rows, (part + 1) * each)));
    }

    /** Runs over all elements of a tensor, in parts. */
    void overElements(Tensor tensor, Range range) {
        overRows(tensor.size(), 1, range);
    }

    /** Rows of one part, where a row is this wide. */
    static long rowsEach(int columns) {
        return Math.max(1, GRAIN / columns);
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}
