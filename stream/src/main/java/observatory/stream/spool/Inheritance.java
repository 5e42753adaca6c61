package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What earlier processes left in a folder of spools, as one that reaches a cluster takes it over: what is for there, or
 * for no cluster in particular, locked until it is closed; what is for another is left alone and named.
 */
record Inheritance(Path folder, List<Leftover> ours, List<Destination> others) implements AutoCloseable {
    static final Inheritance NONE = new Inheritance(Path.of(""), List.of(), List.of());

    /** @param there the cluster that was reached; empty for whatever it is for */
    static Inheritance of(Path folder, long limitBytes, Optional<Destination> there) throws IOException {
        List<Leftover> ours = new ArrayList<>();
        List<Destination> others = new ArrayList<>();
        for (Leftover leftover : Leftover.in(folder, limitBytes)) {
            Optional<Destination> meant = leftover.destination();
            if (there.isEmpty() || meant.isEmpty() || meant.get().is(there.get()) || !leftover.holdsSegments()) {
                ours.add(leftover);
            } else {
                others.add(meant.get());
                leftover.close();
            }
        }
        return new Inheritance(folder, List.copyOf(ours), List.copyOf(others));
    }

    /** What is left alone, as a sentence that says what to do about it; empty where nothing is. */
    Optional<String> told() {
        if (others.isEmpty()) {
            return Optional.empty();
        }
        SortedSet<String> destinations =
                others.stream().map(Destination::toString).collect(Collectors.toCollection(TreeSet::new));
        boolean one = others.size() == 1;
        return Optional.of(
                (one ? "1 spool of an earlier process is" : others.size() + " spools of earlier processes are")
                        + " not for here and " + (one ? "stays" : "stay") + " in " + folder + ", for "
                        + String.join("; for ", destinations) + "; a command that names that cluster and prefix sends "
                        + (one ? "it" : "them") + ", `observatory doctor --drain --redirect` to any other");
    }

    @Override
    public void close() {
        ours.forEach(Leftover::close);
    }
}
