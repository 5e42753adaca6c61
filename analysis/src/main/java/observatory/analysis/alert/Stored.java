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
            one.put("first", group.first().toString());
            group.last().ifPresent(last -> one.put("last", last.toString()));
            group.told().forEach(one.putObject("told")::put);
            one.put("repeat", group.repeat());
        });
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Group group(JsonNode node) {
        return new Group(
                Instant.parse(node.path("first").asText()),
                node.has("last") ? Optional.of(Instant.parse(node.path("last").asText())) : Optional.empty(),
                AlertJson.texts(node.path("told")),
                node.path("repeat").asInt());
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
