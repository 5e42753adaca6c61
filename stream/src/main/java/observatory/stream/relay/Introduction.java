package observatory.stream.relay;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.RunEvent;
import observatory.stream.wire.Manifest;
import observatory.stream.wire.Measures;

/**
 * What a start event of a writer without this program's tables lacks: where its rank stands, from its settings
 * {@code coordinate_data}, {@code coordinate_tensor} and so on, and what the metrics are that it has in common with us.
 */
final class Introduction {
    private static final String COORDINATE = "coordinate_";

    private Introduction() {}

    /** The event with the manifest of its rank; the same event where it begins nothing or has one. */
    static RunEvent of(RunEvent event) {
        if (event.kind() != RunEvent.Kind.START) {
            return event;
        }
        Manifest manifest = Manifest.of(event.details());
        if (!manifest.ranks().isEmpty() && !manifest.metrics().isEmpty()) {
            return event;
        }
        Manifest full = new Manifest(
                manifest.ranks().isEmpty() ? List.of(place(event)) : manifest.ranks(),
                manifest.metrics().isEmpty() ? Measures.builtIn() : manifest.metrics(),
                manifest.configuration());
        return RunEvent.of(event.origin(), event.seq(), event.step(), event.time(), event.kind(), full.details());
    }

    private static Manifest.Place place(RunEvent event) {
        SortedMap<String, String> told = new TreeMap<>(event.details());
        int rank = event.origin().rank();
        if (told.keySet().stream().noneMatch(name -> name.startsWith(COORDINATE))) {
            return Manifest.Place.dataParallel(rank);
        }
        return new Manifest.Place(
                rank,
                number(told, "data"),
                number(told, "tensor"),
                number(told, "pipeline"),
                number(told, "context"),
                number(told, "expert"));
    }

    /** 0 along an axis that is not told, or not as a number. */
    private static int number(SortedMap<String, String> told, String axis) {
        String text = told.getOrDefault(COORDINATE + axis, "0");
        return text.matches("\\d{1,8}") ? Integer.parseInt(text) : 0;
    }
}
