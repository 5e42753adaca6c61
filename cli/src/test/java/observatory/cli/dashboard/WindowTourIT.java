package observatory.cli.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import observatory.cli.Xvfb;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real window on a real display, walked through by keys alone. */
class WindowTourIT {
    private static final List<String> SCREENS = List.of(
            "overview", "layers", "precision", "spectra", "noise", "data", "incidents", "compare", "probes", "health");
    private static final int FEWEST_COLOURS = 40; // an empty screen has fewer

    @TempDir
    private Path folder;

    @Test
    void everyScreenOpensByKeysAloneAndShowsSomething() throws IOException, InterruptedException {
        Optional<Xvfb> display = Xvfb.start(1280, 800);
        Assumptions.assumeTrue(
                display.isPresent(), "skipped: Xvfb is not installed (Debian: apt install xvfb libgtk-3-0)");
        try (Xvfb xvfb = display.get()) {
            tour(xvfb.display(), 1280, 800);
        }
        for (String screen : SCREENS) {
            BufferedImage image = ImageIO.read(folder.resolve(screen + ".png").toFile());
            assertEquals(1280, image.getWidth(), screen);
            assertTrue(colours(image) > FEWEST_COLOURS, screen + " has only " + colours(image) + " colours");
        }
    }

    @Test
    void killedAndOpenedAgainItShowsTheSameView() throws IOException, InterruptedException {
        Optional<Xvfb> display = Xvfb.start(1280, 800);
        Assumptions.assumeTrue(
                display.isPresent(), "skipped: Xvfb is not installed (Debian: apt install xvfb libgtk-3-0)");
        StringBuilder log = new StringBuilder();
        for (int step = 0; step < 40; step++) {
            log.append("{\"step\": ").append(step).append(", \"loss\": 2.5}\n");
        }
        Path file = Files.writeString(folder.resolve("run.jsonl"), log);
        String there = "Layers Span[low=5.0, high=25.0] 12.0";
        try (Xvfb xvfb = display.get()) {
            Path said = folder.resolve("said.txt");
            Process first = java(
                            xvfb.display(),
                            "observatory.cli.dashboard.Reopen",
                            file.toString(),
                            folder.toString(),
                            "go")
                    .redirectOutput(said.toFile())
                    .start();
            awaitText(said, there, first);
            awaitText(folder.resolve("window.properties"), "high=25.0", first); // set last
            first.destroyForcibly().waitFor(); // SIGKILL: nothing can be saved on the way out
            Path again = folder.resolve("again.txt");
            Process second = java(
                            xvfb.display(), "observatory.cli.dashboard.Reopen", file.toString(), folder.toString())
                    .redirectOutput(again.toFile())
                    .start();
            awaitText(again, there, second);
            second.destroyForcibly().waitFor();
        }
    }

    private static void awaitText(Path file, String wanted, Process by) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!Files.exists(file) || !Files.readString(file).contains(wanted)) {
            if (System.nanoTime() > deadline || !by.isAlive()) {
                by.destroyForcibly();
                fail(wanted + " was never written to " + file
                        + (Files.exists(file) ? ": " + Files.readString(file) : ""));
            }
            Thread.sleep(20);
        }
    }

    private static ProcessBuilder java(String display, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("DISPLAY", display);
        return builder;
    }

    private void tour(String display, int width, int height) throws IOException, InterruptedException {
        ProcessBuilder builder = java(
                        display,
                        "observatory.cli.dashboard.Tour",
                        folder.toString(),
                        Integer.toString(width),
                        Integer.toString(height))
                .redirectErrorStream(true);
        File log = folder.resolve("tour.log").toFile();
        Process tour = builder.redirectOutput(log).start();
        boolean ended = tour.waitFor(8, TimeUnit.MINUTES);
        tour.destroyForcibly();
        String said = Files.readString(log.toPath());
        assertTrue(ended, "the tour did not end: " + said);
        assertEquals(0, tour.exitValue(), said);
    }

    private static int colours(BufferedImage image) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 2) {
            for (int x = 0; x < image.getWidth(); x += 2) {
                colours.add(image.getRGB(x, y));
            }
        }
        return colours.size();
    }
}
