package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import observatory.probe.Reducer;
import observatory.probe.Reduction;

/**
 * Reads what the kernels of a step have measured. What came home stays readable until the step after the next, so the host
 * reads it while the device computes the next one. What the device has no kernel for is reduced on the host, from a copy of
 * the tensor.
 */
public final class CudaReducer implements Reducer<CudaTensor> {
    private static final Runnable NOTHING = () -> {};

    private Object[] results = new Object[64];
    private MemorySegment home;
    private Runnable tell = NOTHING;
    private boolean mayWait;
    private HostCopies copies;

    /** Begins a step whose hooks are told as it passes them; its answers will be in {@code results}. */
    void passing(MemorySegment results) {
        home = results;
        tell = NOTHING;
        mayWait = false;
    }

    /**
     * Ends a step whose answers are in {@code results}.
     *
     * @param tell shows its tensors to the hooks, when they are read
     * @param mayWait whether the next step may begin before that
     */
    void passed(MemorySegment results, Runnable tell, boolean mayWait) {
        home = results;
        this.tell = tell;
        this.mayWait = mayWait;
    }

    /** How to fetch what has no kernel. */
    void copies(HostCopies copies) {
        this.copies = copies;
    }

    @Override
    public void enqueue(int slot, Reduction<?> reduction, CudaTensor tensor, CudaTensor other) {
        if (slot >= results.length) {
            results = Arrays.copyOf(results, 2 * slot);
        }
        results[slot] =
                tensor.answers(reduction) ? new Pending(tensor, reduction) : copies.reduce(reduction, tensor, other);
    }

    /** The results came home with the step itself; now the hooks hear of them. */
    @Override
    public void flush() {
        Runnable all = tell;
        tell = NOTHING;
        all.run();
    }

    @Override
    public boolean mayWait() {
        return mayWait;
    }

    @Override
    public Object result(int slot) {
        return results[slot] instanceof Pending pending
                ? pending.tensor.answer(pending.reduction, home)
                : results[slot];
    }

    /** An answer that is read when the step is over. */
    private record Pending(CudaTensor tensor, Reduction<?> reduction) {}
}
