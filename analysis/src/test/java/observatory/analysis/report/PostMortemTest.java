package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.analysis.log.EventFile;
import observatory.analysis.log.LogException;
import observatory.analysis.log.Progress;
import observatory.probe.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostMortemTest {
    private static final String INCIDENT_FIELDS = "[kind, severity, detector, firstStep, lastStep, peakStep, resolved,"
            + " verdict, summary, explanation, remedy, evidence]";

    @TempDir
    Path folder;

    /** Remembers what it was shown and finds one incident. */
    private static final class OneIncident implements Watch {
        private final List<Telemetry> seen = new ArrayList<>();

        @Override
        public void accept(Telemetry item) {
            seen.add(item);
        }

        @Override
        public List<Incident> finish() {
            return List.of(Sample.incident(1, Severity.WARNING, 1, ""));
        }

        @Override
        public List<PostMortem.Silent> notApplicable() {
            return List.of(new PostMortem.Silent("drift", "no norms"));
        }
    }

    @Test
    void aLogIsReadJudgedAndCounted() throws IOException {
        Path log = Files.write(
                folder.resolve("my run.log"),
                new EventFile()
                        .scalar(3, "loss", 1f)
                        .scalar(5, "loss", Float.NaN)
                        .scalar(5, "lr", 0.1f)
                        .bytes());
        OneIncident watch = new OneIncident();
        PostMortem result = PostMortem.of(log, Optional.empty(), Progress.NONE, watch);
        assertEquals(2, watch.seen.size());
        assertEquals(new PostMortem.Steps(3, 5, 2), result.steps());
        assertEquals("tensorboard", result.format());
        assertEquals(
                List.of(
                        new PostMortem.Series("loss", new PostMortem.Count(2, 1)),
                        new PostMortem.Series("learning_rate", new PostMortem.Count(1, 0))),
                result.series());
        assertEquals("my run.log", result.run());
    }

    @Test
    void theDocumentHasExactlyThePromisedFields() throws IOException {
        JsonNode document =
                new ObjectMapper().readTree(Sample.postMortem(8_000, "run", "").toJson());
        assertEquals("[source, steps, series, incidents, notApplicable]", names(document));
        assertEquals("{\"format\":\"live\"}", document.get("source").toString());
        assertEquals(
                "{\"first\":0,\"last\":7999,\"count\":8000}",
                document.get("steps").toString());
        assertEquals(
                "{\"name\":\"loss\",\"count\":8000,\"nonFinite\":1}",
                document.get("series").get(0).toString());
        JsonNode incident = document.get("incidents").get(0);
        assertEquals(INCIDENT_FIELDS, names(incident));
        assertEquals(3_000, incident.get("firstStep").asLong(), "in the order in which they began");
        assertEquals("warning", incident.get("severity").asText());
        assertEquals("data-driven", incident.get("verdict").asText());
        assertEquals("NaN", incident.get("evidence").get("not_finite").asText());
        assertTrue(incident.get("evidence").get("robust_z").isDouble());
        assertTrue(incident.get("evidence").get("window").isIntegralNumber());
        assertEquals("[detector, reason]", names(document.get("notApplicable").get(0)));
    }

    @Test
    void aLogWithoutAStepIsRefused() throws IOException {
        Path log = Files.write(folder.resolve("events"), new EventFile().bytes());
        LogException refused = assertThrows(
                LogException.class, () -> PostMortem.of(log, Optional.empty(), Progress.NONE, new OneIncident()));
        assertTrue(refused.getMessage().contains("no training step"), refused::getMessage);
    }

    private static String names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names.toString();
    }
}
