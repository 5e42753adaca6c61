package observatory.probe;

import java.util.Arrays;

/** A reducer that has a result as soon as it is asked for: it reduces at once, begins to, or reads what was measured. */
public abstract class ReducerAtOnce<T> implements Reducer<T> {
    private Object[] results = new Object[64];

    /** The result of a reduction; {@code other} is null where it reads one tensor. */
    protected abstract Object reduce(Reduction<?> reduction, T tensor, T other);

    @Override
    public final void enqueue(int slot, Reduction<?> reduction, T tensor, T other) {
        if (slot >= results.length) {
            results = Arrays.copyOf(results, 2 * slot);
        }
        results[slot] = reduce(reduction, tensor, other);
    }

    @Override
    public final void flush() {
        // Nothing is pending: every reduction was done, or begun, where it was asked for.
    }

    @Override
    public final Object result(int slot) {
        return results[slot];
    }
}
