package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.ui.Frames;
import observatory.ui.Theme;
import observatory.ui.Workbench;
import observatory.ui.chart.Span;
import observatory.ui.source.Replay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    @TempDir
    private Path folder;

    @Test
    void anotherWindowShowsWhatTheOneBeforeItShowed() throws IOException {
        Path file = folder.resolve("deep/window.properties");
        Workbench before = bench("run-1");
        before.themeProperty().set(Theme.DARK);
        before.brushProperty().set(new Span(10, 20));
        before.pin(15);
        before.hover(18);
        new Memory(file).keep(before, "Layers");

        Memory memory = new Memory(file);
        Workbench after = bench("run-1");
        memory.restore(after);
        memory.restoreView(after);
        assertEquals("Layers", memory.screen().orElseThrow());
        assertEquals(Theme.DARK, after.themeProperty().get());
        assertEquals(new Span(10, 20), after.steps());
        assertEquals(15, after.crosshairProperty().get());
    }

    @Test
    void anotherRunHasItsOwnView() throws IOException {
        Path file = folder.resolve("window.properties");
        Workbench before = bench("run-1");
        before.brushProperty().set(new Span(10, 20));
        new Memory(file).keep(before, "Overview");
        Workbench other = bench("run-2");
        new Memory(file).restoreView(other);
        assertNull(other.brushProperty().get());
    }

    @Test
    void aDamagedFileIsNoFile() throws IOException {
        Path file = folder.resolve("window.properties");
        Files.writeString(file, "theme=PINK\nsmoothing=\\uZZZZ\nrun.run-1.low=9\nrun.run-1.high=1");
        Memory memory = new Memory(file);
        Workbench bench = bench("run-1");
        memory.restore(bench);
        memory.restoreView(bench);
        assertEquals(Theme.LIGHT, bench.themeProperty().get());
        assertNull(bench.brushProperty().get());
        assertTrue(memory.screen().isEmpty());
    }

    private static Workbench bench(String run) {
        List<Telemetry> tape = List.of(Frames.loss(0, 1), Frames.loss(50, 1));
        return new Workbench(new Replay(new RunId(run), tape));
    }
}
