package observatory.probe;

/**
 * A backend's way to make its tensors small where they lie. Called on the training thread only. A slot is a number
 * that {@link Instruments} hands out from zero in each step.
 *
 * @param <T> the backend's own tensor
 */
public interface Reducer<T> {
    /** Starts one reduction; {@code other} is null where the reduction reads one tensor. */
    void enqueue(int slot, Reduction<?> reduction, T tensor, T other);

    /** Makes every result since the last flush readable: one copy to the host. */
    void flush();

    /**
     * Whether what was started in this step can still be read while the next one is under way; the backend then calls
     * {@link Instruments#catchUp} at a time that suits it.
     */
    default boolean mayWait() {
        return false;
    }

    /** The result of the reduction that was put into this slot. */
    Object result(int slot);
}
