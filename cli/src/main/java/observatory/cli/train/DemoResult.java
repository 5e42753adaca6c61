package observatory.cli.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.IncidentJson;
import observatory.stream.Json;

/**
 * What a demo came to.
 *
 * @param readings what the run says of itself in whole, a line each
 * @param complete whether everything captured was delivered, judged and read back
 */
record DemoResult(
        String run,
        long steps,
        Frames frames,
        List<Incident> incidents,
        List<Path> spikeLogs,
        Path report,
        Overhead.Ratio overhead,
        double tokensPerSecond,
        double wallSeconds,
        List<String> readings,
        boolean complete,
        boolean interrupted) {

    /** Frames that left the trainer, came back from the broker, wait in the spool for the next start, and are gone. */
    record Frames(long captured, long delivered, long pending, long lost) {}

    String json() {
        return json(Optional.empty());
    }

    /** With what the replay of an incident came to, where one was replayed. */
    String json(Optional<ObjectNode> replay) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("run", run);
        node.put("steps", steps);
        node.putObject("frames")
                .put("captured", frames.captured())
                .put("delivered", frames.delivered())
                .put("pending", frames.pending())
                .put("lost", frames.lost());
        ArrayNode found = node.putArray("incidents");
        incidents.forEach(incident -> found.add(IncidentJson.write(incident)));
        ArrayNode logs = node.putArray("spikeLogs");
        spikeLogs.forEach(log -> logs.add(log.toString()));
        node.put("report", report.toString());
        node.put("overheadRatio", overhead.typical());
        node.put("overheadRatioOfAllSteps", overhead.ofAll());
        node.put("tokensPerSecond", tokensPerSecond);
        node.put("wallSeconds", wallSeconds);
        ArrayNode whole = node.putArray("readings");
        readings.forEach(whole::add);
        replay.ifPresent(one -> node.set("replay", one));
        try {
            return Json.mapper().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result is numbers and text", e);
        }
    }

    /** In which order the signals of an incident left their levels, and how long before the one that it is named by the first did. */
    static Optional<String> order(Incident incident) {
        Map<String, Object> facts = incident.evidence().facts();
        return facts.get("ledBy") == null
                ? Optional.empty()
                : Optional.of("left their levels in this order: %s; the first %s before %s"
                        .formatted(facts.get("signals"), steps(facts.get("leadSteps")), incident.detector()));
    }

    private static String steps(Object lead) {
        return lead.equals(1L) ? "1 step" : lead + " steps";
    }

    /** For a terminal. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %s%,d steps in %.1f s, %,.0f tokens/s, observing added %.1f %% to a step (%.1f %% with its warm-up)%n",
                run,
                interrupted ? "interrupted after " : "",
                steps,
                wallSeconds,
                tokensPerSecond,
                100 * overhead.typical(),
                100 * overhead.ofAll()));
        text.append(String.format(
                Locale.ROOT,
                "frames: %,d captured, %,d delivered, %,d lost%s%n",
                frames.captured(),
                frames.delivered(),
                frames.lost(),
                frames.pending() == 0 ? "" : ", " + frames.pending() + " in the spool, sent at the next start"));
        readings.forEach(one -> text.append(one).append('\n'));
        if (incidents.isEmpty()) {
            text.append("no incidents\n");
        }
        for (Incident incident : incidents) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s %s, %s, verdict %s%n    %s%n    %s%n    %s%n",
                    incident.severity().label(),
                    incident.kind().label(),
                    incident.steps(),
                    incident.verdict().label(),
                    incident.summary(),
                    incident.explanation(),
                    incident.remedy()));
            order(incident).ifPresent(line -> text.append("    ").append(line).append('\n'));
        }
        spikeLogs.forEach(log -> text.append("spike log: ").append(log).append('\n'));
        text.append("report:    ").append(report);
        return text.toString();
    }
}
