package observatory.analysis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import observatory.probe.RunId;
import observatory.stream.wire.Json;

/**
 * What the analysis says on its topic: incidents, and after the end of a run a watermark, behind which nothing about
 * that run can follow.
 */
public sealed interface Judged {
    RunId run();

    /** Where in the telemetry it was said; empty where that is not known. */
    Optional<Stretch> stretch();

    /**
     * A stretch of the telemetry.
     *
     * @param first offset at which what is spoken of begins
     * @param last offset at which it was said, within
     */
    record Stretch(int partition, long first, long last) {}

    /**
     * An incident opened, went on, escalated or resolved.
     *
     * @param stretch begins some steps before the incident
     */
    record Of(Incident incident, Optional<Stretch> stretch) implements Judged {
        public Of(Incident incident) {
            this(incident, Optional.empty());
        }

        @Override
        public RunId run() {
            return incident.run();
        }
    }

    /** Everything of the run up to this step has been judged, and the run is over. */
    record Watermark(RunId run, int incarnation, long step, Optional<Stretch> stretch) implements Judged {}

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
        stretch()
                .ifPresent(stretch -> node.putObject("telemetry")
                        .put("partition", stretch.partition())
                        .put("first", stretch.first())
                        .put("last", stretch.last()));
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
                case "incident" -> new Of(IncidentJson.read(node), stretch(node));
                case "watermark" ->
                    new Watermark(
                            new RunId(node.path("run").asText()),
                            node.path("incarnation").asInt(),
                            node.path("step").asLong(),
                            stretch(node));
                default -> throw new IllegalArgumentException("neither incident nor watermark: " + node.path("type"));
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }

    private static Optional<Stretch> stretch(JsonNode node) {
        JsonNode place = node.path("telemetry");
        return place.isObject()
                ? Optional.of(new Stretch(
                        place.path("partition").asInt(),
                        place.path("first").asLong(),
                        place.path("last").asLong()))
                : Optional.empty();
    }
}
