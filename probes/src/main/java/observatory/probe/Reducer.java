package observatory.probe;

/**
 * A backend's way to make its tensors small where they lie. Called on the training thread, and on no other unless it
 * has a
 * {@link Teller} of its own. A slot is a number that {@link Instruments} hands out from zero in each step.
 *
 * @param <T> the backend's own tensor
 */
public interface Reducer<T> {
    /** Starts one reduction; {@code other} is null where the reduction reads one tensor. */
    void enqueue(int slot, Reduction<?> reduction, T tensor, T other);

    /** Makes every result since the last flush readable: one copy to the host. */
    void flush();

    /** Where the results are read: at once, unless the backend has a thread for it, on which it is then called. */
    default Teller<T> teller() {
        return Teller.atOnce();
    }

    /** The result of the reduction that was put into this slot. */
    Object result(int slot);
}
