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
import observatory.analysis.Severity;
import observatory.stream.wire.Json;

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

    private static final int MOST_REMARKS = 5;

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
        incidents.stream().filter(one -> !informs(one)).forEach(one -> whole(text, one));
        List<Incident> remarks = incidents.stream().filter(DemoResult::informs).toList();
        remarks.stream()
                .limit(MOST_REMARKS)
                .forEach(one -> text.append(head(one))
                        .append(": ")
                        .append(one.summary())
                        .append('\n'));
        if (remarks.size() > MOST_REMARKS) {
            text.append("and ").append(remarks.size() - MOST_REMARKS).append(" more of severity info, in the report\n");
        }
        spikeLogs.forEach(log -> text.append("spike log: ").append(log).append('\n'));
        text.append("report:    ").append(report);
        return text.toString();
    }

    /** What only informs is a line; its reasons and what to try stand in the report. */
    private static boolean informs(Incident incident) {
        return incident.severity() == Severity.INFO;
    }

    private static String head(Incident incident) {
        return incident.severity().label() + " " + incident.kind().label() + ", " + incident.steps();
    }

    private static void whole(StringBuilder text, Incident incident) {
        text.append(head(incident))
                .append(", verdict ")
                .append(incident.verdict().label())
                .append('\n');
        for (String line : List.of(incident.summary(), incident.explanation(), incident.remedy())) {
            text.append("    ").append(line).append('\n');
        }
        order(incident).ifPresent(line -> text.append("    ").append(line).append('\n'));
    }
}
