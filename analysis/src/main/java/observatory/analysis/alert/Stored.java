package observatory.analysis.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.alert.Tracked.Moment;
import observatory.analysis.alert.Tracked.Phase;
import observatory.stream.wire.Json;

/** How alerts, groups and silences are written in the store, as JSON. */
final class Stored {
    private Stored() {}

    static byte[] tracked(Tracked one) {
        ObjectNode node = AlertJson.stored(one.alert());
        node.put("phase", one.phase().name());
        node.put("incident", one.incident());
        node.put("sinceStep", one.since().step());
        node.put("since", one.since().time().toString());
        return AlertJson.bytes(node);
    }

    static Tracked tracked(JsonNode node) {
        return new Tracked(
                AlertJson.alert(node),
                Phase.valueOf(node.path("phase").asText()),
                node.path("incident").asInt(),
                new Moment(
                        node.path("sinceStep").asLong(),
                        Instant.parse(node.path("since").asText())));
    }

    static byte[] groups(SortedMap<String, Group> groups) {
        ObjectNode node = Json.mapper().createObjectNode();
        groups.forEach((key, group) -> {
            ObjectNode one = node.putObject(key);
            group.first().ifPresent(first -> one.put("first", first.toString()));
            group.last().ifPresent(last -> one.put("last", last.toString()));
            ObjectNode all = one.putObject("told");
            group.told()
                    .forEach((fingerprint, told) -> all.putObject(fingerprint)
                            .put("firing", told.firing())
                            .put("startsAt", told.startsAt().toString())
                            .put("at", told.at().toString()));
            one.put("repeat", group.repeat());
        });
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Group group(JsonNode node) {
        SortedMap<String, Told> told = new TreeMap<>();
        node.path("told").properties().stream()
                .filter(one -> one.getValue().isObject()) // an earlier version kept a word, from which nothing follows
                .forEach(one -> told.put(one.getKey(), told(one.getValue())));
        return new Group(
                time(node.path("first")),
                time(node.path("last")),
                told,
                node.path("repeat").asInt());
    }

    private static Told told(JsonNode node) {
        return new Told(
                node.path("firing").asBoolean(),
                Instant.parse(node.path("startsAt").asText()),
                Instant.parse(node.path("at").asText()));
    }

    private static Optional<Instant> time(JsonNode node) {
        return node.isMissingNode() ? Optional.empty() : Optional.of(Instant.parse(node.asText()));
    }

    static SortedMap<String, Group> groups(byte[] stored) {
        SortedMap<String, Group> groups = new TreeMap<>();
        AlertJson.tree(stored).properties().forEach(one -> groups.put(one.getKey(), group(one.getValue())));
        return groups;
    }

    static byte[] silence(Silence silence) {
        ObjectNode node = Json.mapper().createObjectNode();
        silence.match().forEach(node.putObject("match")::put);
        node.put("until", silence.until().toString());
        node.put("comment", silence.comment());
        return AlertJson.bytes(node);
    }

    static Silence silence(String id, byte[] stored) {
        JsonNode node = AlertJson.tree(stored);
        Map<String, String> match = AlertJson.texts(node.path("match"));
        return new Silence(
                id,
                match,
                Instant.parse(node.path("until").asText()),
                node.path("comment").asText());
    }
}
