package observatory.analysis.detector;

import java.util.Set;

/**
 * What a detector must see in a frame to say anything: every one of these scalars and site metrics, or one of them
 * where {@code any} holds.
 */
public record Needs(Set<String> scalars, Set<String> metrics, boolean any) {
    /** Stands among the metrics for a frame that names its batch. */
    public static final String BATCH = "batch";

    public Needs {
        scalars = Set.copyOf(scalars);
        metrics = Set.copyOf(metrics);
    }

    public Needs(Set<String> scalars, Set<String> metrics) {
        this(scalars, metrics, false);
    }

    public static Needs scalars(String... names) {
        return new Needs(Set.of(names), Set.of());
    }

    public static Needs metrics(String... names) {
        return new Needs(Set.of(), Set.of(names));
    }

    /** One of these is enough. */
    public static Needs anyOf(Set<String> scalars, Set<String> metrics) {
        return new Needs(scalars, metrics, true);
    }

    /** The sequences of the step's batch. */
    public static Needs batch() {
        return metrics(BATCH);
    }

    /** Nothing but that the run goes on. */
    public static Needs nothing() {
        return new Needs(Set.of(), Set.of());
    }

    /** Whether a frame with these scalars and metrics has enough. */
    public boolean met(Set<String> present, Set<String> measured) {
        if (any) {
            return scalars.stream().anyMatch(present::contains)
                    || metrics.stream().anyMatch(measured::contains);
        }
        return present.containsAll(scalars) && measured.containsAll(metrics);
    }
}
