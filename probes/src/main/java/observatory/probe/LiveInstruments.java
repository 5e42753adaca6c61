package observatory.probe;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The instruments of this JVM, so that an agent attached from outside finds them. They are held weakly: a run that is
 * over is not kept by having been watched.
 */
public final class LiveInstruments {
    private static final ConcurrentLinkedQueue<WeakReference<Instruments<?>>> ALL = new ConcurrentLinkedQueue<>();

    private LiveInstruments() {}

    static void add(Instruments<?> instruments) {
        ALL.removeIf(reference -> reference.get() == null);
        ALL.add(new WeakReference<>(instruments));
    }

    /** Those that still exist, oldest first. */
    public static List<Instruments<?>> all() {
        return ALL.stream()
                .<Instruments<?>>map(WeakReference::get)
                .filter(Objects::nonNull)
                .toList();
    }
}
