package observatory.trainer;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import observatory.kernel.blas.Lapack;
import observatory.probe.Spectrum;

/**
 * Whole spectra of weights, beside the training thread: that copies a weight, one thread of low priority makes the Gram matrix
 * of its shorter side in double and LAPACK its eigenvalues. The copies that wait are bounded in bytes; a weight
 * for which there is no room is passed over, and has its turn before those that were taken more often.
 */
public final class SpectrumQueue {
    private static final long ROOM_BYTES = 64L << 20;
    private static final int PANEL_ROWS = 256;

    private final ThreadPoolExecutor worker;
    private final AtomicLong waitingBytes = new AtomicLong();
    /** How often each weight, by its address, was taken. */
    private final Map<Long, Integer> taken = new HashMap<>();

    public SpectrumQueue() {
        worker = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread thread = new Thread(work, "spectrum");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            return thread;
        });
        worker.allowCoreThreadTimeOut(true);
    }

    /**
     * A weight matrix.
     *
     * @param address where it lies, which tells it from others
     * @param copy copies it, on the thread that offers; what comes of it gives the elements, row-major, to the worker
     */
    public record Weight(long address, int rows, int columns, Supplier<Supplier<float[]>> copy) {
        /** One whose elements are brought to the host at once. */
        public static Weight onHost(long address, int rows, int columns, Supplier<float[]> elements) {
            return new Weight(address, rows, columns, () -> {
                float[] all = elements.get();
                return () -> all;
            });
        }
    }

    /** The spectrum of the weight as it is now; cancelled where it is passed over or holds what is not finite. */
    public Future<Spectrum> offer(Weight weight) {
        CompletableFuture<Spectrum> result = new CompletableFuture<>();
        long address = weight.address();
        int times = taken.computeIfAbsent(address, a -> 0);
        long bytes = (long) weight.rows() * weight.columns() * Float.BYTES;
        boolean room = waitingBytes.get() == 0 || waitingBytes.get() + bytes <= ROOM_BYTES;
        if (!room || times > Collections.min(taken.values())) {
            result.cancel(false);
            return result;
        }
        Supplier<float[]> copy = weight.copy().get();
        taken.put(address, times + 1);
        waitingBytes.addAndGet(bytes);
        worker.execute(() -> finish(result, copy, weight.rows(), weight.columns()));
        return result;
    }

    private void finish(CompletableFuture<Spectrum> result, Supplier<float[]> copy, int rows, int columns) {
        double[] eigenvalues;
        try {
            eigenvalues = eigenvalues(copy.get(), rows, columns);
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

    /** Eigenvalues of WᵀW or WWᵀ, whichever is smaller, descending; none where an element is not finite. */
    public static double[] eigenvalues(float[] matrix, int rows, int columns) {
        boolean tall = rows >= columns;
        int order = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment gram = arena.allocate(JAVA_DOUBLE, (long) order * order);
            MemorySegment panel = arena.allocate(JAVA_DOUBLE, (long) PANEL_ROWS * order);
            for (int from = 0; from < length; from += PANEL_ROWS) {
                int count = Math.min(PANEL_ROWS, length - from);
                for (int i = 0; i < count; i++) {
                    for (int j = 0; j < order; j++) {
                        float value = tall ? matrix[(from + i) * columns + j] : matrix[j * columns + from + i];
                        if (!Float.isFinite(value)) {
                            return new double[0];
                        }
                        panel.setAtIndex(JAVA_DOUBLE, (long) i * order + j, value);
                    }
                }
                Lapack.addGram(panel, count, gram, order);
            }
            return descending(Lapack.eigenvalues(gram, order));
        }
    }

    /** Reversed, and what rounding made negative is zero. */
    private static double[] descending(double[] ascending) {
        double[] reversed = new double[ascending.length];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = Math.max(0, ascending[ascending.length - 1 - i]);
        }
        return reversed;
    }
}
