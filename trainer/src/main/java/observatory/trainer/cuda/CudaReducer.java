package observatory.trainer.cuda;

import java.util.Arrays;
import observatory.probe.Reducer;
import observatory.probe.Reduction;
import observatory.probe.Teller;

/**
 * Reads what the kernels of a step have measured, where it came home, on the thread of the model's {@link ResultRing}.
 */
public final class CudaReducer implements Reducer<CudaTensor> {
    private final Teller<CudaTensor> withoutModel = Teller.atOnce();
    private Object[] results = new Object[64];
    private volatile ResultRing ring;

    /** Reads from a ring from now on; null where its model is gone. */
    void readFrom(ResultRing next) {
        ring = next;
    }

    @Override
    public void enqueue(int slot, Reduction<?> reduction, CudaTensor tensor, CudaTensor other) {
        if (slot >= results.length) {
            results = Arrays.copyOf(results, 2 * slot);
        }
        results[slot] = tensor.answer(reduction, ring.reading());
    }

    @Override
    public void flush() {
        // All came home with the step itself.
    }

    @Override
    public Object result(int slot) {
        return results[slot];
    }

    @Override
    public Teller<CudaTensor> teller() {
        ResultRing of = ring;
        return of == null ? withoutModel : of;
    }
}
