package observatory.analysis.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Verdict;
import observatory.analysis.report.ReplayReport;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Test;

/** A replay written and read again is the same, numbers that JSON lacks included; every other form shows it whole. */
class ReplayJsonTest {
    private static final ReplayResult RESULT = new ReplayResult(
            "run <b>",
            "bad_batch",
            new ReplayResult.Steps(175, 198, 202),
            Verdict.DATA_DRIVEN,
            0.002,
            "It is the batch.",
            new ReplayResult.Reproduction(true, 27, 3327, "", "same at step 200", "same", "same"),
            "loss, in deviations of the steps before",
            List.of(new ReplayResult.Outcome("data", "other batches", 6, 1.2, 0.4, 0.95, 60, 0.001, Double.NaN, "")),
            List.of(new ReplayResult.Culprit(
                    200, 0, 4, "java", 1398751, Double.POSITIVE_INFINITY, 20.5, 0.04, true, "its loss", "")),
            Optional.of(new Departures.First(200, "rms at layer 0 mlp_hidden", -13.7)),
            Optional.of(1L),
            List.of(new ReplayResult.Intervention(
                    "rewind", 39, 2.4, 1.3, 0, List.of("{\"command\":\"rewind\",\"toStep\":175,\"skip\":29}"), true)),
            List.of(new ReplayResult.NotRun("a wider format", "the run is in fp32 already")),
            List.of(),
            new ReplayResult.Cost(57, 3, 64.5, 84_000_000),
            true);

    @Test
    void readAgainItIsTheSame() throws JsonProcessingException {
        String text = ReplayJson.write(RESULT).toString();
        assertEquals(RESULT, ReplayJson.read(Json.mapper().readTree(text)));
        assertTrue(text.contains("\"verdict\":\"data-driven\""), text);
    }

    @Test
    void textAndPageShowItAndEscapeNames() {
        String text = ReplayText.of(RESULT);
        for (String word :
                List.of("data-driven", "other batches", "1398751", "rewind", "a wider format", "57 trials")) {
            assertTrue(text.contains(word), () -> word + " in " + text);
        }
        String page = ReplayReport.of(RESULT);
        assertTrue(page.contains("run &lt;b&gt;") && !page.contains("run <b>"), "names are escaped");
        assertTrue(page.contains("other batches") && page.contains("already"), page);
    }
}
