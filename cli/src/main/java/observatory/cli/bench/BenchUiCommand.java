package observatory.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.LogFile;
import observatory.stream.wire.Json;
import observatory.ui.DesktopWindow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** How the window keeps up: a large run in it, frames arriving, and a hand that pans. */
@Command(
        name = "ui",
        mixinStandardHelpOptions = true,
        description = "Measure the window on this display: work per frame, panning, memory, reading, start.")
final class BenchUiCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand parent;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--sites", paramLabel = "N", defaultValue = "100", description = "Sites (${DEFAULT-VALUE}).")
    private int sites;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "100000", description = "Steps (${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "15",
            description = "Length of each of the measured stretches (${DEFAULT-VALUE}).")
    private int seconds;

    @Override
    public Integer call() throws Exception {
        if (!DesktopWindow.possible(System.getenv(), System.getProperty("os.name"))) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "the window needs a display, and DISPLAY is not set; try xvfb-run ./observatory bench ui");
        }
        Path folder = Files.createTempDirectory("observatory-bench-ui");
        LogFile.use(folder.resolve("bench.log"));
        try {
            UiBench.Result result = new UiBench(sites, steps, seconds).run(folder);
            parent.console().result(json ? document(result) : text(result));
        } finally {
            delete(folder);
        }
        return ExitCode.OK;
    }

    private String document(UiBench.Result result) throws IOException {
        ObjectNode node = Json.mapper().valueToTree(result);
        node.put("sites", sites);
        node.put("steps", steps);
        return Json.mapper().writeValueAsString(node);
    }

    private String text(UiBench.Result result) {
        return String.format(
                Locale.ROOT,
                "%d sites x %d steps x 8 metrics, 20 frames a second arriving, %d beats measured%n"
                        + "work per frame   p95 %.1f ms   p99 %.1f ms   (wall p95 %.1f ms)%n"
                        + "pan and zoom     p95 %.1f ms   (wall p95 %.1f ms)%n"
                        + "record to pixel  p95 %.0f ms%n"
                        + "heap             %d MiB%n"
                        + "attach           %.2f s to the first row, %.2f s to the whole history%n"
                        + "start            %.2f s to the first picture, %.2f s to the view before a kill%n"
                        + "spikes           %d of 1000 visible",
                sites,
                steps,
                result.beats(),
                result.frameWorkP95Millis(),
                result.frameWorkP99Millis(),
                result.frameWallP95Millis(),
                result.panP95Millis(),
                result.panWallP95Millis(),
                result.recordToPixelP95Millis(),
                result.heapBytes() >> 20,
                result.attachSeconds(),
                result.historySeconds(),
                result.startSeconds(),
                result.reopenSeconds(),
                result.spikesVisible());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
