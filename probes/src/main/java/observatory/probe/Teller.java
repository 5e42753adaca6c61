package observatory.probe;

import java.util.function.Consumer;

/**
 * Where frames are made and told: at once, by the training thread, or one after the other by a thread of the backend's
 * own, so that training waits for no observer. What is handed in is told in that order. Called on the training thread
 * only.
 *
 * @param <T> the backend's own tensor
 */
public interface Teller<T> {
    /** Shows tensors that a backend measured while it computed them to those who watch. */
    interface Hooks<T> {
        /** @param other null where one tensor is shown */
        void at(Site site, T tensor, T other);

        /** Charges a reduction at a hook with what measuring a tensor took, on the step's own time. */
        void spent(Hook hook, Reduction<?> reduction, long nanos);
    }

    /**
     * Takes a step that is over.
     *
     * @param telling makes and offers its frame; hands out the hooks to which its tensors are to be shown, if they were
     * not
     *     shown in the step itself
     * @return false where there is no room and the step is not told; the caller counts
     */
    boolean step(Consumer<Consumer<Hooks<T>>> telling);

    /** Takes what happened between two steps; always room. */
    void next(Runnable telling);

    /** Waits until everything taken is told. */
    void await();

    /** Tells at once; tensors were shown as the step passed them. */
    static <T> Teller<T> atOnce() {
        return new Teller<>() {
            @Override
            public boolean step(Consumer<Consumer<Hooks<T>>> telling) {
                telling.accept(hooks -> {});
                return true;
            }

            @Override
            public void next(Runnable telling) {
                telling.run();
            }

            @Override
            public void await() {
                // Nothing waits.
            }
        };
    }
}
