package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real window on a real display, walked through by keys alone. */
class WindowTourIT {
    private static final List<String> SCREENS =
            List.of("overview", "layers", "precision", "spectra", "noise", "data", "incidents", "compare", "probes");
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

    private void tour(String display, int width, int height) throws IOException, InterruptedException {
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
                System.getProperty("java.class.path"),
                "observatory.cli.Tour",
                folder.toString(),
                Integer.toString(width),
                Integer.toString(height)));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DISPLAY", display);
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
