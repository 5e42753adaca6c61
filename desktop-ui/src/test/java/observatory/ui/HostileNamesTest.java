package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.ui.chart.Export;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotTwin;
import observatory.ui.chart.Span;
import observatory.ui.chart.Trace;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names come from logs of strangers: nothing in them is run, leaves its folder or its cell. */
class HostileNamesTest {
    @TempDir
    private Path folder;

    static List<String> names() {
        return List.of(
                "<b onmouseover=alert(1)>loss</b>",
                "\033[31mred\033[0m",
                "\u202Eevil.exe",
                "../../../etc/passwd",
                "=HYPERLINK(\"http://example.org\")",
                "a\nb,c\"d",
                "x".repeat(10_000));
    }

    @ParameterizedTest
    @MethodSource("names")
    void anExportStaysInItsFolderAndItsCells(String name) throws IOException {
        Recording recording = new Recording(Frames.RUN);
        Frame plain = Frames.loss(0, 1);
        for (int step = 0; step < 3; step++) {
            Scalars scalars = new Scalars.Builder().put(name, step).build();
            recording.accept(
                    new Frame(plain.origin(), step, step, plain.time(), scalars, plain.sites(), Optional.empty()));
        }
        Plot plot = Plot.of(
                name,
                "",
                List.of(Trace.raw(
                        name, recording.frames(), recording.scalar(name).orElseThrow(), 0)));
        Path csv = Export.csv(new PlotTwin(plot, new Span(0, 2)), folder);
        assertEquals(folder, csv.getParent());
        assertTrue(csv.getFileName().toString().matches("[a-z0-9-]+\\.csv"), csv.toString());
        String text = Files.readString(csv);
        assertFalse(text.lines().anyMatch(line -> line.matches(".*,\"?=.*")), "no cell is a formula");
        assertEquals(
                3, new PlotTwin(plot, new Span(0, 2)).table(10, false).rows().size());
    }
}
