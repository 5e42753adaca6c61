package observatory.stream.attach;

import java.lang.instrument.Instrumentation;
import java.util.Optional;

/**
 * A framework whose trainers carry no instruments: while the observatory is attached they get some, which {@code
 * LiveInstruments} then lists. A service; it is made in every JVM that is attached to, so it loads no class of the
 * framework before {@link #enter}.
 */
public interface Framework {
    /**
     * Begins to watch the trainers of this JVM, whose instruments appear as soon as something is heard of them.
     *
     * @return what puts the JVM back as it was; empty where the framework is not loaded in it
     * @throws IllegalStateException where it cannot be watched; the message says why
     */
    Optional<Runnable> enter(Instrumentation jvm);
}
