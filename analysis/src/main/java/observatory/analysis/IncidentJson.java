package observatory.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import observatory.probe.RunId;
import observatory.stream.wire.Json;

/** An incident as other programs see it. */
public final class IncidentJson {
    private IncidentJson() {}

    public static ObjectNode write(Incident incident) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("run", incident.run().value());
        node.put("id", incident.id());
        node.put("kind", incident.kind().label());
        node.put("severity", incident.severity().label());
        node.put("detector", incident.detector());
        node.put("firstStep", incident.firstStep());
        node.put("lastStep", incident.lastStep());
        node.put("peakStep", incident.peakStep());
        node.put("resolved", incident.resolved());
        node.put("verdict", incident.verdict().label());
        node.put("summary", incident.summary());
        node.put("explanation", incident.explanation());
        node.put("remedy", incident.remedy());
        ObjectNode evidence = node.putObject("evidence");
        incident.evidence().facts().forEach((name, value) -> {
            switch (value) {
                case Double number when Double.isFinite(number) -> evidence.put(name, number);
                case Long number -> evidence.put(name, number);
                default -> evidence.put(name, value.toString());
            }
        });
        return node;
    }

    /** @throws IllegalArgumentException where the node is no incident */
    public static Incident read(JsonNode node) {
        Evidence evidence = Evidence.none();
        for (Map.Entry<String, JsonNode> fact : node.path("evidence").properties()) {
            JsonNode value = fact.getValue();
            evidence = value.isIntegralNumber()
                    ? evidence.with(fact.getKey(), value.longValue())
                    : value.isNumber()
                            ? evidence.with(fact.getKey(), value.doubleValue())
                            : evidence.with(fact.getKey(), value.asText());
        }
        return new Incident(
                new RunId(text(node, "run")),
                node.path("id").asInt(),
                Kind.valueOf(text(node, "kind").toUpperCase(Locale.ROOT)),
                Severity.valueOf(text(node, "severity").toUpperCase(Locale.ROOT)),
                text(node, "detector"),
                node.path("firstStep").asLong(),
                node.path("lastStep").asLong(),
                node.path("peakStep").asLong(),
                node.path("resolved").asBoolean(),
                Verdict.valueOf(text(node, "verdict").toUpperCase(Locale.ROOT).replace('-', '_')),
                text(node, "summary"),
                text(node, "explanation"),
                text(node, "remedy"),
                evidence);
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException("an incident has a text " + name);
        }
        return value.textValue();
    }
}
