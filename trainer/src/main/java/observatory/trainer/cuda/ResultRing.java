package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import observatory.probe.Teller;

/**
 * Page-locked places where the results of steps land, in turns, and the thread that reads them. A step takes a free
 * place before its copy is enqueued and hands it over when it is over; the thread tells its frame and gives the place
 * back. Where none is free the step goes on without: its frame is lost, and counted. The thread never calls the driver.
 */
final class ResultRing implements Teller<CudaTensor>, AutoCloseable {
    /** Steps that may be under way or wait to be read. */
    static final int PLACES = 4;

    static final String THREAD = "cuda-results";

    private final Duration patience;
    private final Queue<MemorySegment> free = new ConcurrentLinkedQueue<>();
    private final ExecutorService reader;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private MemorySegment taken;
    private List<Visit> measured;
    private volatile MemorySegment reading;

    /** @param patience how long the end waits for what is not read yet */
    ResultRing(List<MemorySegment> places, Duration patience) {
        this.patience = patience;
        free.addAll(places);
        reader = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, THREAD);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A place for the results of the step that begins; empty where all wait to be read. */
    Optional<MemorySegment> take() {
        if (taken == null) {
            taken = free.poll();
        }
        measured = null;
        return Optional.ofNullable(taken);
    }

    /** What of the step that took a place is to be shown; its results have come home. */
    void measured(List<Visit> visits) {
        measured = visits;
    }

    /** The results that are being read, on the thread that does. */
    MemorySegment reading() {
        return reading;
    }

    @Override
    public boolean step(Consumer<Consumer<Hooks<CudaTensor>>> telling) {
        if (taken == null || measured == null) {
            return false;
        }
        MemorySegment place = taken;
        List<Visit> visits = measured;
        taken = null;
        next(() -> {
            reading = place;
            try {
                telling.accept(hooks -> visits.forEach(visit -> visit.show(hooks)));
            } finally {
                reading = null;
                free.add(place);
            }
        });
        return true;
    }

    @Override
    public void next(Runnable telling) {
        reader.execute(() -> {
            try {
                telling.run();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    /** Waits until all is told; fails where that takes too long, or telling has failed since. */
    @Override
    public void await() {
        try {
            reader.submit(() -> {}).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw stuck(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable failed = failure.getAndSet(null);
        if (failed != null) {
            throw new IllegalStateException("what was measured could not be told: " + failed, failed);
        }
    }

    /** Ends the thread when all is told. Fails, and leaves it at work, where that takes too long or is interrupted. */
    @Override
    public void close() {
        reader.shutdown();
        try {
            if (!reader.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw stuck(null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before all that was measured was told", e);
        }
    }

    private IllegalStateException stuck(Throwable cause) {
        return new IllegalStateException(
                "what was measured is not told after " + patience.toSeconds()
                        + " s: a probe or a sink does not return; jstack shows where, in thread " + THREAD,
                cause);
    }
}
