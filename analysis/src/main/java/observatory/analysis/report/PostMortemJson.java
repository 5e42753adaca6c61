package observatory.analysis.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.IncidentJson;
import observatory.analysis.RunWatch;

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
        for (Incident each : result.incidents()) {
            ObjectNode incident = IncidentJson.write(each);
            incident.remove(List.of("run", "id")); // the document is of one run, and nothing refers to its incidents
            incidents.add(incident);
        }
        ArrayNode silent = document.putArray("notApplicable");
        for (RunWatch.NotApplicable each : result.notApplicable()) {
            silent.addObject().put("detector", each.detector()).put("reason", each.reason());
        }
        return document.toString();
    }
}
