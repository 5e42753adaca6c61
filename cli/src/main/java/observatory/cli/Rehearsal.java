package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import observatory.cli.bench.FirstPicture;
import observatory.cli.bench.UiLoad;
import observatory.ui.source.Replay;

/**
 * Does once what most commands begin with, for the launcher to record: what the JVM has loaded and linked here it maps
 * from a file at the next start. Needs no display; where the window cannot be opened, the rest is recorded without it.
 */
final class Rehearsal {
    private static final int STEPS = 400;

    private Rehearsal() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("observatory-rehearsal");
        try {
            Observatory.run("--help");
            Observatory.run("postmortem", log(folder).toString(), "--quiet", "--html", folder.resolve("r.html") + "");
            System.setProperty("glass.platform", "Headless"); // the toolkit's own, without a screen
            System.setProperty("prism.order", "sw");
            FirstPicture.show(folder, new Replay(UiLoad.RUN, List.of()), false);
        } catch (IllegalStateException | LinkageError e) {
            System.err.println("without the window: " + e);
        } finally {
            delete(folder);
        }
        System.exit(0);
    }

    /** A run that diverges, as lines of JSON. */
    private static Path log(Path folder) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int step = 0; step < STEPS; step++) {
            double loss = step < 300 ? 2 + 8 / Math.sqrt(1 + step) : 9.0 + step % 7;
            lines.append(String.format(
                    Locale.ROOT, "{\"step\": %d, \"loss\": %.4f, \"grad_norm\": %.3f}%n", step, loss, loss / 3));
        }
        return Files.writeString(folder.resolve("run.jsonl"), lines);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
