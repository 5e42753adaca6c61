package observatory.analysis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import observatory.probe.RunId;
import observatory.stream.Json;

/**
 * What the analysis says on its topic: incidents, and after the end of a run a watermark, behind which nothing about
 * that run can follow.
 */
public sealed interface Judged {
    RunId run();

    /** An incident opened, went on, escalated or resolved. */
    record Of(Incident incident) implements Judged {
        @Override
        public RunId run() {
            return incident.run();
        }
    }

    /** Everything of the run up to this step has been judged, and the run is over. */
    record Watermark(RunId run, int incarnation, long step) implements Judged {}

    default byte[] encode() {
        ObjectNode node = switch (this) {
            case Of of -> IncidentJson.write(of.incident()).put("type", "incident");
            case Watermark mark ->
                Json.mapper()
                        .createObjectNode()
                        .put("type", "watermark")
                        .put("run", mark.run().value())
                        .put("incarnation", mark.incarnation())
                        .put("step", mark.step());
        };
        try {
            return Json.mapper().writeValueAsBytes(node.put("v", 1));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an incident is numbers and text", e);
        }
    }

    /** @throws IllegalArgumentException where the bytes are neither */
    static Judged decode(byte[] bytes) {
        try {
            JsonNode node = Json.mapper().readTree(bytes);
            return switch (node.path("type").asText()) {
                case "incident" -> new Of(IncidentJson.read(node));
                case "watermark" ->
                    new Watermark(
                            new RunId(node.path("run").asText()),
                            node.path("incarnation").asInt(),
                            node.path("step").asLong());
                default -> throw new IllegalArgumentException("neither incident nor watermark: " + node.path("type"));
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }
}
