package observatory.probe.host;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import observatory.probe.Spectrum;

/**
 * Whole spectra of weights, beside the training thread: that copies a weight, and one thread of low priority computes
 * its eigenvalues. The copies that wait are bounded in bytes; a weight for which there is no room is passed over, and
 * has its turn before those that were taken more often.
 */
public final class SpectrumQueue {
    private static final long ROOM_BYTES = 64L << 20;

    private final Solver solver;
    private final ThreadPoolExecutor worker;
    private final AtomicLong waitingBytes = new AtomicLong();
    /** How often each weight, by its place, was taken. */
    private final Map<Object, Integer> taken;

    /** Eigenvalues of WᵀW or WWᵀ, whichever is smaller, descending; none where an element is not finite. */
    @FunctionalInterface
    public interface Solver {
        /** @param matrix row-major, (rows, columns) */
        double[] eigenvalues(float[] matrix, int rows, int columns);
    }

    /** @param taken an empty map for the places of weights: weak where these may come and go */
    public SpectrumQueue(Solver solver, Map<Object, Integer> taken) {
        this.solver = solver;
        this.taken = taken;
        worker = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(work, "spectrum");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            return thread;
        });
        worker.allowCoreThreadTimeOut(true);
    }

    /** For weights in arrays, without a library. */
    public static SpectrumQueue plain() {
        return new SpectrumQueue(HostSpectrum::eigenvalues, new WeakHashMap<>());
    }

    /**
     * A weight matrix.
     *
     * @param place where it lies, an address or an array, which tells it from others
     * @param copy copies it, on the thread that offers; what comes of it gives the elements, row-major, to the worker
     */
    public record Weight(Object place, int rows, int columns, Supplier<Supplier<float[]>> copy) {
        /** One whose elements are brought to the host at once. */
        public static Weight onHost(Object place, int rows, int columns, Supplier<float[]> elements) {
            return new Weight(place, rows, columns, () -> {
                float[] all = elements.get();
                return () -> all;
            });
        }
    }

    /** The spectrum of the weight as it is now; cancelled where it is passed over or holds what is not finite. */
    public Future<Spectrum> offer(Weight weight) {
        CompletableFuture<Spectrum> result = new CompletableFuture<>();
        int times = taken.computeIfAbsent(weight.place(), place -> 0);
        long bytes = (long) weight.rows() * weight.columns() * Float.BYTES;
        boolean room = waitingBytes.get() == 0 || waitingBytes.get() + bytes <= ROOM_BYTES;
        if (!room || times > Collections.min(taken.values())) {
            result.cancel(false);
            return result;
        }
        Supplier<float[]> copy = weight.copy().get();
        taken.put(weight.place(), times + 1);
        waitingBytes.addAndGet(bytes);
        worker.execute(() -> finish(result, copy, weight.rows(), weight.columns()));
        return result;
    }

    private void finish(CompletableFuture<Spectrum> result, Supplier<float[]> copy, int rows, int columns) {
        double[] eigenvalues;
        try {
            eigenvalues = solver.eigenvalues(copy.get(), rows, columns);
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
            return;
        } finally {
            // Before anybody is told, so that who offers the next one finds the room.
            waitingBytes.addAndGet(-(long) rows * columns * Float.BYTES);
        }
        if (eigenvalues.length == 0) {
            result.cancel(false);
        } else {
            result.complete(new Spectrum(rows, columns, eigenvalues));
        }
    }
}
