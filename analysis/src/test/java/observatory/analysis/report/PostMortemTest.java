package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Kind;
import observatory.analysis.log.EventFile;
import observatory.analysis.log.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostMortemTest {
    private static final String INCIDENT_FIELDS = "[kind, severity, detector, firstStep, lastStep, peakStep, resolved,"
            + " verdict, summary, explanation, remedy, evidence]";

    @TempDir
    Path folder;

    @Test
    void aLogIsReadJudgedAndCounted() throws IOException {
        EventFile events = new EventFile().scalar(0, "lr", 0.1f);
        for (int step = 0; step < 100; step++) {
            events.scalar(step, "loss", step == 80 ? Float.NaN : 3 - 0.01f * step);
        }
        Path log = Files.write(folder.resolve("my run.log"), events.bytes());
        PostMortem result = PostMortem.of(log, Optional.empty(), Progress.NONE);
        assertEquals(new PostMortem.Steps(0, 99, 100), result.steps());
        assertEquals("tensorboard", result.format());
        assertEquals("my run.log", result.run());
        assertEquals(
                List.of(
                        new PostMortem.Series("learning_rate", new PostMortem.Count(1, 0)),
                        new PostMortem.Series("loss", new PostMortem.Count(100, 1))),
                result.series());
        assertEquals(1, result.incidents().size());
        assertEquals(Kind.NON_FINITE, result.incidents().getFirst().kind());
        assertEquals(80, result.incidents().getFirst().firstStep());
        assertTrue(
                result.notApplicable().stream().anyMatch(each -> each.reason().contains("gradient_norm")),
                result.notApplicable()::toString);
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
    void aLogWithoutAStepIsToldAsSuch() throws IOException {
        Path log = Files.write(folder.resolve("events"), new EventFile().bytes());
        PostMortem result = PostMortem.of(log, Optional.empty(), Progress.NONE);
        assertEquals(0, result.steps().count());
        assertTrue(TextReport.of(result).contains("No training step"), () -> TextReport.of(result));
        assertTrue(HtmlReport.of(result).contains("No training step"));
    }

    private static String names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names.toString();
    }
}
