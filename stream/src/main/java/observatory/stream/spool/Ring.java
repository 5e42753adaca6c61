package observatory.stream.spool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A bounded queue from one thread to one other, without locks: putting costs a store, and a full ring says so. */
final class Ring<E> {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

    private final Object[] slots;
    private final int mask;
    private long head; // next to take, consumer only
    private long tail; // next to put, producer only

    /** @param capacity a power of two */
    Ring(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("a ring's capacity is a power of two: capacity=" + capacity);
        }
        slots = new Object[capacity];
        mask = capacity - 1;
    }

    boolean offer(E item) {
        int slot = (int) tail & mask;
        if (SLOT.getAcquire(slots, slot) != null) {
            return false;
        }
        SLOT.setRelease(slots, slot, item);
        tail++;
        return true;
    }

    /** Whether nothing waits; a moment later that may have changed. */
    boolean isEmpty() {
        return SLOT.getAcquire(slots, (int) head & mask) == null;
    }

    /** The next item, or null where there is none. */
    @SuppressWarnings("unchecked")
    E poll() {
        int slot = (int) head & mask;
        Object item = SLOT.getAcquire(slots, slot);
        if (item != null) {
            SLOT.setRelease(slots, slot, null);
            head++;
        }
        return (E) item;
    }
}
