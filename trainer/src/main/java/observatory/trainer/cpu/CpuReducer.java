package observatory.trainer.cpu;

import java.util.Arrays;
import observatory.probe.Norms;
import observatory.probe.Reducer;
import observatory.probe.Reduction;

/** Reduces tensors at once, on the training thread, where they lie. */
public final class CpuReducer implements Reducer<Tensor> {
    private Object[] results = new Object[64];

    @Override
    public void enqueue(int slot, Reduction<?> reduction, Tensor tensor, Tensor other) {
        if (slot >= results.length) {
            results = Arrays.copyOf(results, 2 * slot);
        }
        results[slot] = switch (reduction) {
            case Reduction.ToMoments _ -> TensorMoments.of(tensor);
            case Reduction.ToNorms _ ->
                new Norms(
                        TensorMoments.of(tensor).norm(), TensorMoments.of(other).norm());
        };
    }

    @Override
    public void flush() {
        // Nothing is pending: every reduction was done where it was asked for.
    }

    @Override
    public Object result(int slot) {
        return results[slot];
    }
}
