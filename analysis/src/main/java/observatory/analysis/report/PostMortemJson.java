package observatory.analysis.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;

/** The JSON document of a post-mortem, for programs: field names are a promise. */
final class PostMortemJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private PostMortemJson() {}

    static String print(PostMortem result) {
        ObjectNode document = NODES.objectNode();
        document.putObject("source").put("format", result.format());
        document.putObject("steps")
                .put("first", result.steps().first())
                .put("last", result.steps().last())
                .put("count", result.steps().count());
        ArrayNode series = document.putArray("series");
        for (PostMortem.Series each : result.series()) {
            series.addObject()
                    .put("name", each.name())
                    .put("count", each.count().values())
                    .put("nonFinite", each.count().nonFinite());
        }
        ArrayNode incidents = document.putArray("incidents");
        result.incidents().forEach(incident -> incidents.add(incident(incident)));
        ArrayNode silent = document.putArray("notApplicable");
        for (PostMortem.Silent each : result.notApplicable()) {
            silent.addObject().put("detector", each.detector()).put("reason", each.reason());
        }
        return document.toString();
    }

    private static ObjectNode incident(Incident incident) {
        ObjectNode node = NODES.objectNode()
                .put("kind", incident.kind().label())
                .put("severity", incident.severity().label())
                .put("detector", incident.detector())
                .put("firstStep", incident.firstStep())
                .put("lastStep", incident.lastStep())
                .put("peakStep", incident.peakStep())
                .put("resolved", incident.resolved())
                .put("verdict", incident.verdict().label())
                .put("summary", incident.summary())
                .put("explanation", incident.explanation())
                .put("remedy", incident.remedy());
        node.set("evidence", evidence(incident.evidence()));
        return node;
    }

    private static ObjectNode evidence(Evidence evidence) {
        ObjectNode node = NODES.objectNode();
        evidence.facts().forEach((name, value) -> {
            switch (value) {
                case Long count -> node.put(name, count);
                case Double number when Double.isFinite(number) -> node.put(name, number);
                default -> node.put(name, value.toString()); // text, and NaN and the infinities by their names
            }
        });
        return node;
    }
}
