package observatory.stream.wire;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.RunEvent;

/**
 * What an event is, as text. A kind that this program does not know becomes {@link RunEvent.Kind#OTHER}, with
 * its name in the detail {@value #NAME}, and is written under its own name again, so that it passes through here
 * to whoever knows it.
 */
final class EventKind {
    private static final String NAME = "kind";

    private EventKind() {}

    static RunEvent.Kind read(String name) {
        return known(name).orElse(RunEvent.Kind.OTHER);
    }

    /** The details of an event of that name. */
    static Map<String, String> details(String name, Map<String, String> details) {
        if (known(name).isPresent()) {
            return details;
        }
        Map<String, String> named = new TreeMap<>(details);
        named.put(NAME, Values.name(name));
        return named;
    }

    static String written(RunEvent event) {
        return strange(event).orElseGet(() -> event.kind().name().toLowerCase(Locale.ROOT));
    }

    static SortedMap<String, String> writtenDetails(RunEvent event) {
        if (strange(event).isEmpty()) {
            return event.details();
        }
        SortedMap<String, String> others = new TreeMap<>(event.details());
        others.remove(NAME);
        return others;
    }

    /** The name under which an event came that this program does not know. */
    private static Optional<String> strange(RunEvent event) {
        return Optional.ofNullable(event.details().get(NAME))
                .filter(name ->
                        event.kind() == RunEvent.Kind.OTHER && known(name).isEmpty());
    }

    private static Optional<RunEvent.Kind> known(String name) {
        for (RunEvent.Kind kind : RunEvent.Kind.values()) {
            if (kind.name().equalsIgnoreCase(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
