package observatory.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import observatory.analysis.variants.Outcome;
import observatory.cli.Failure;
import observatory.cli.train.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariantsFileTest {
    private static final RunOptions RUN = RunOptions.none().with("seed", "1");
    private static final Outcome OUTCOME = new Outcome(
            9, 5.5, Double.NaN, 3, new TreeMap<>(Map.of("overflow", 2)), 4, Double.POSITIVE_INFINITY, 0.25, 7);

    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsFoundAgainUnderTheSameOptionsAlone() {
        Path file = folder.resolve("runs.jsonl");
        VariantsFile.open(file).write(RUN, false, OUTCOME);
        VariantsFile again = VariantsFile.open(file);
        assertEquals(Optional.of(OUTCOME), again.find(RUN, false));
        assertEquals(Optional.empty(), again.find(RUN.with("seed", "2"), false));
        assertEquals(Optional.empty(), again.find(RUN, true), "a GPU has other bits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"trainer", "detectors"})
    void runsOfAnotherBuildAreLeftAlone(String builds) throws IOException {
        Path file = folder.resolve("runs.jsonl");
        VariantsFile.open(file).write(RUN, false, OUTCOME);
        String other = Files.readString(file).replaceFirst("(\"" + builds + "\":\")\\w{16}", "$10123456789abcdef");
        assertTrue(other.contains("0123456789abcdef"), other);
        Files.writeString(file, other);
        VariantsFile again = VariantsFile.open(file);
        assertEquals(Optional.empty(), again.find(RUN, false));
        again.write(RUN, false, OUTCOME);
        assertTrue(Files.readString(file).startsWith(other));
    }

    @Test
    void aFileOfAnythingElseIsRefused() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.txt"), "do not lose this\n");
        assertTrue(refusal(notes).endsWith("line 1 of " + notes + " is no run of variants; name another file"));
        Path cut = folder.resolve("cut.jsonl");
        VariantsFile.open(cut).write(RUN, false, OUTCOME);
        Files.writeString(cut, "{\"run\":{\"tra", StandardOpenOption.APPEND);
        assertTrue(refusal(cut).endsWith("line 2 of " + cut + " is no run of variants (cut short?): remove it"));
        assertTrue(refusal(folder).contains("cannot read " + folder));
        assertEquals("do not lose this\n", Files.readString(notes));
    }

    private static String refusal(Path file) {
        return assertThrows(Failure.class, () -> VariantsFile.open(file)).getMessage();
    }
}
