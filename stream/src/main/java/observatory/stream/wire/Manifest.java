package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.Merge;

/**
 * What a run says of itself when it begins: where each rank stands in the parallel layout, what each metric is and how
 * shards of it merge, and its whole configuration, so that two incarnations can be compared. It travels as the details
 * of the start event.
 */
public record Manifest(List<Place> ranks, List<Measure> metrics, SortedMap<String, String> configuration) {
    private static final String RANKS = "ranks";
    private static final String METRICS = "metrics";

    /** Coordinates of a rank, each from 0: data, tensor, pipeline, context and expert parallel. */
    public record Place(int rank, int data, int tensor, int pipeline, int context, int expert) {
        /** The only rank of a run. */
        public static Place alone() {
            return dataParallel(0);
        }

        /** A rank of which nothing is known but its number: it has its own part of the batch. */
        public static Place dataParallel(int rank) {
            return new Place(rank, rank, 0, 0, 0, 0);
        }
    }

    /** A metric or a scalar: its unit (UCUM, "1" where there is none) and how shards of it merge. */
    public record Measure(String name, String unit, Merge merge) {}

    /** One setting that two incarnations have differently; empty text where one has none. */
    public record Difference(String name, String before, String after) {}

    public Manifest {
        ranks = List.copyOf(ranks);
        metrics = List.copyOf(metrics);
        configuration = new TreeMap<>(configuration);
    }

    /** As details of a start event. */
    public Map<String, String> details() {
        Map<String, String> details = new TreeMap<>(configuration);
        if (!ranks.isEmpty()) {
            details.put(RANKS, json(ranks));
        }
        if (!metrics.isEmpty()) {
            details.put(METRICS, json(metrics));
        }
        return details;
    }

    /** From the details of a start event, of which anything may be absent. */
    public static Manifest of(Map<String, String> details) {
        SortedMap<String, String> configuration = new TreeMap<>(details);
        String ranks = configuration.remove(RANKS);
        String metrics = configuration.remove(METRICS);
        return new Manifest(
                list(ranks, new TypeReference<List<Place>>() {}),
                list(metrics, new TypeReference<List<Measure>>() {}),
                configuration);
    }

    /** The same with every rank that either knows; where both know one, the later has the word. */
    public Manifest and(Manifest later) {
        SortedMap<Integer, Place> places = new TreeMap<>();
        ranks.forEach(place -> places.put(place.rank(), place));
        later.ranks.forEach(place -> places.put(place.rank(), place));
        boolean less = later.configuration.isEmpty();
        return new Manifest(
                List.copyOf(places.values()),
                later.metrics.isEmpty() ? metrics : later.metrics,
                less ? configuration : later.configuration);
    }

    /** What changed in the configuration from one incarnation to another. */
    public static List<Difference> differences(Manifest before, Manifest after) {
        SortedMap<String, String> names = new TreeMap<>(before.configuration);
        names.putAll(after.configuration);
        return names.keySet().stream()
                .map(name -> new Difference(
                        name, before.configuration.getOrDefault(name, ""), after.configuration.getOrDefault(name, "")))
                .filter(one -> !one.before().equals(one.after()))
                .toList();
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of text and numbers", e);
        }
    }

    private static <T> List<T> list(String text, TypeReference<List<T>> type) {
        try {
            return text == null ? List.of() : Json.mapper().readValue(text, type);
        } catch (JsonProcessingException e) {
            return List.of(); // Written by someone else under the same name.
        }
    }
}
