package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import observatory.probe.Reducer;
import observatory.probe.Reduction;

/**
 * Reads what the kernels of a step have measured already. What the device has no kernel for is reduced on the host, from
 * a copy of the tensor that is made at its hook.
 */
public final class CudaReducer implements Reducer<CudaTensor> {
    private Object[] results = new Object[64];
    private MemorySegment home;
    private HostCopies copies;

    /** Begins a step in which the device measures: its answers are in {@code results}. */
    void answers(MemorySegment results) {
        home = results;
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

    @Override
    public void flush() {
        // The results came home with the step itself.
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
