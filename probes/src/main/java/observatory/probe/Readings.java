package observatory.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * The reductions that were started, from the hook where they were to the probes that read them. A result that is a
 * {@link Future} and not done when the step ends is read in the first step that finds it done, and says in the metric
 * {@value #MEASURED_STEP} at its site when it was measured; one that was cancelled was not measured.
 */
final class Readings<T> {
    static final String MEASURED_STEP = "measured_step";

    private final Reducer<T> reducer;
    private final LongSupplier nanos;
    private final BiConsumer<Watcher, Throwable> failed;
    private Site[] pendingSite = new Site[64];
    private Plan.Due[] pendingDue = new Plan.Due[64];
    private int pending;
    private long reduced;
    private final List<Late> late = new ArrayList<>();

    private record Late(Site site, Plan.Due due, long step, Future<?> result) {}

    Readings(Reducer<T> reducer, LongSupplier nanos, BiConsumer<Watcher, Throwable> failed) {
        this.reducer = reducer;
        this.nanos = nanos;
        this.failed = failed;
    }

    /** Starts what is due for a tensor; the nanoseconds it took. */
    long start(Site site, Plan.Due[] due, T tensor, T other) {
        long began = nanos.getAsLong();
        long now = began;
        for (Plan.Due one : due) {
            int slot = pending;
            if (slot == pendingSite.length) {
                pendingSite = Arrays.copyOf(pendingSite, 2 * slot);
                pendingDue = Arrays.copyOf(pendingDue, 2 * slot);
            }
            try {
                reducer.enqueue(slot, one.reduction(), tensor, other);
                pendingSite[slot] = site;
                pendingDue[slot] = one;
                pending++;
            } catch (Throwable e) {
                failed(one, e);
            }
            long after = nanos.getAsLong();
            one.spent(after - now);
            now = after;
        }
        reduced += now - began;
        return now - began;
    }

    /** Does work that only those at a hook need; the nanoseconds it took beside the reductions it started. */
    long making(Plan.Due[] due, Runnable work) {
        long began = nanos.getAsLong();
        long reducedBefore = reduced;
        try {
            work.run();
        } catch (Throwable e) {
            for (Plan.Due one : due) {
                failed(one, e);
            }
        }
        long took = nanos.getAsLong() - began - (reduced - reducedBefore);
        for (Plan.Due one : due) {
            one.spent(took / due.length);
        }
        return took;
    }

    void forget() {
        pending = 0;
        late.clear();
    }

    /**
     * One flush, and every result to those who asked.
     *
     * @param show shows tensors that were not shown in the step itself
     */
    void read(long step, FrameSamples samples, Runnable show) {
        try {
            show.run();
            reducer.flush();
        } catch (Throwable e) {
            for (int slot = 0; slot < pending; slot++) {
                failed(pendingDue[slot], e);
            }
            pending = 0;
        }
        for (int slot = 0; slot < pending; slot++) {
            Object result = reducer.result(slot);
            if (result instanceof Future<?> future) {
                late.add(new Late(pendingSite[slot], pendingDue[slot], step, future));
            } else {
                samples.pass(pendingSite[slot]);
                hand(pendingSite[slot], pendingDue[slot], result, samples);
            }
        }
        pending = 0;
        if (!late.isEmpty()) {
            readLate(samples);
        }
    }

    private void readLate(FrameSamples samples) {
        for (Iterator<Late> all = late.iterator(); all.hasNext(); ) {
            Late one = all.next();
            if (!one.result.isDone()) {
                continue;
            }
            all.remove();
            if (one.result.isCancelled()) {
                continue;
            }
            try {
                hand(one.site, one.due, one.result.get(), samples);
                samples.sample(one.site, MEASURED_STEP, one.step);
            } catch (ExecutionException e) {
                failed(one.due, e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void hand(Site site, Plan.Due due, Object result, FrameSamples samples) {
        for (Watcher reader : due.readers()) {
            try {
                reader.read(site, due.view(reader, result), samples);
            } catch (Throwable e) {
                failed.accept(reader, e);
            }
        }
    }

    private void failed(Plan.Due due, Throwable error) {
        for (Watcher reader : due.readers()) {
            failed.accept(reader, error);
        }
    }
}
