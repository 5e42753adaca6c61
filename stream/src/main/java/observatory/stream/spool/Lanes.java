package observatory.stream.spool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A {@link Ring} for each training thread, because a ring has one producer; taken from by one thread. Putting
 * costs a look through a handful of threads and a store. The order within a thread is kept; between threads there
 * is none to keep.
 */
final class Lanes<E> {
    private final int capacity;
    private final AtomicReference<List<Lane<E>>> lanes = new AtomicReference<>(List.of());

    private record Lane<E>(Thread thread, Ring<E> ring) {}

    /** @param capacity of each lane, a power of two */
    Lanes(int capacity) {
        this.capacity = capacity;
    }

    boolean offer(E item) {
        Thread self = Thread.currentThread();
        List<Lane<E>> all = lanes.get();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).thread() == self) {
                return all.get(i).ring().offer(item);
            }
        }
        Ring<E> own = new Ring<>(capacity);
        own.offer(item);
        lanes.updateAndGet(known -> with(known, new Lane<>(self, own)));
        return true;
    }

    /** The next item of any thread, or null where there is none. */
    E poll() {
        for (Lane<E> lane : lanes.get()) {
            E item = lane.ring().poll();
            if (item != null) {
                return item;
            }
        }
        return null;
    }

    /** Whether the current thread has ever put something in. */
    boolean knowsThisThread() {
        return lanes.get().stream().anyMatch(lane -> lane.thread() == Thread.currentThread());
    }

    /** One lane more, and none of threads that are over and left nothing. */
    private static <E> List<Lane<E>> with(List<Lane<E>> known, Lane<E> more) {
        List<Lane<E>> all = new ArrayList<>();
        for (Lane<E> lane : known) {
            if (lane.thread().isAlive() || !lane.ring().isEmpty()) {
                all.add(lane);
            }
        }
        all.add(more);
        return List.copyOf(all);
    }
}
