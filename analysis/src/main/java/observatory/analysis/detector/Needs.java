package observatory.analysis.detector;

import java.util.Set;

/** What a detector must see in the frames to say anything: every one of these scalars, and every one of these site metrics. */
public record Needs(Set<String> scalars, Set<String> metrics) {
    public Needs {
        scalars = Set.copyOf(scalars);
        metrics = Set.copyOf(metrics);
    }

    public static Needs scalars(String... names) {
        return new Needs(Set.of(names), Set.of());
    }

    public static Needs metrics(String... names) {
        return new Needs(Set.of(), Set.of(names));
    }
}
