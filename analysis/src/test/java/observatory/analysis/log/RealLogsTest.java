package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every real log gives the series that its label, read off it by another program, tells. */
class RealLogsTest {
    private static final Map<String, String> OURS = Map.of(
            "grad_norm", Scalars.GRADIENT_NORM,
            "lr", Scalars.LEARNING_RATE,
            "val_loss", Scalars.VALIDATION_LOSS,
            "eval_loss", Scalars.VALIDATION_LOSS,
            "total_flos", "summary/total_flos",
            "train_loss", "summary/train_loss",
            "train_runtime", "summary/train_runtime",
            "17/04/2025_22:06:37_elie-48n-1704-part1_tp_group_0 - lm_loss", Scalars.LOSS);

    /** Tells in the report that there were no real logs; a factory that gives up is not reported at all. */
    @Test
    void realLogsAreBesideTheProject() throws IOException {
        assertTrue(Files.size(RealLogs.find("labels.json")) > 0);
    }

    @TestFactory
    Stream<DynamicTest> seriesAreThoseOfTheLabels() throws IOException {
        if (RealLogs.locate("labels.json").isEmpty()) {
            return Stream.empty();
        }
        JsonNode labels =
                new ObjectMapper().readTree(RealLogs.find("labels.json").toFile());
        return StreamSupport.stream(labels.spliterator(), false)
                .filter(entry -> entry.get("file").asText().startsWith("runs/"))
                .map(entry -> dynamicTest(entry.get("file").asText(), () -> check(entry)));
    }

    private static void check(JsonNode entry) {
        Path file = RealLogs.find(entry.get("file").asText());
        Read read = Read.of(file);
        long restarts = read.frames().stream()
                .mapToInt(f -> f.origin().incarnation())
                .max()
                .orElse(0);
        boolean several = entry.get("note").asText().contains("concatenated");
        assertEquals(several, restarts > 0, "incarnations " + (restarts + 1));
        assertTrue(several || isAscending(read.steps()), "steps ascend");
        for (JsonNode series : entry.get("series")) {
            String name = series.get("name").asText();
            if (name.equals("skipped") || isUnreported(series)) {
                continue;
            }
            check(series, OURS.getOrDefault(name, name), read);
        }
    }

    private static void check(JsonNode series, String name, Read read) {
        double[] values = read.series(name);
        long labelled = series.get("nonfinite").asLong();
        long finite = Arrays.stream(values).filter(Double::isFinite).count();
        assertEquals(series.get("n").asLong() - labelled, finite, name + ": finite values");
        long found = values.length - finite; // a loss that is not there is NaN, and padding of steps never run is not
        boolean padding = read.reading().remarks().toString().contains("never run");
        assertTrue(padding ? found == 0 : found >= labelled, name + ": not finite " + found + " of " + labelled);
        boolean same = found == labelled;
        long[] steps = read.frames().stream()
                .filter(frame -> frame.scalars().find(name).isPresent())
                .mapToLong(Frame::step)
                .toArray();
        assertEquals(series.get("first_step").asLong(), steps[0], name);
        if (same) {
            assertEquals(series.get("last_step").asLong(), steps[steps.length - 1], name);
        }
        if (!name.equals(Scalars.GRADIENT_NORM)) { // norms that are still scaled are divided on the way
            double least = Arrays.stream(values).filter(Double::isFinite).min().orElseThrow();
            assertEquals(series.get("min").asDouble(), least, 1e-9, name);
        }
    }

    /** A norm of 0 throughout, or a scale of -1, is what Megatron prints for "not computed". */
    private static boolean isUnreported(JsonNode series) {
        return series.get("max").asDouble() == 0 || series.get("max").asDouble() == -1;
    }

    private static boolean isAscending(long[] steps) {
        for (int i = 1; i < steps.length; i++) {
            if (steps[i] <= steps[i - 1]) {
                return false;
            }
        }
        return true;
    }
}
