package observatory.ui.frame;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;
import observatory.ui.Axis;
import observatory.ui.Theme;
import observatory.ui.Workbench;
import observatory.ui.chart.Span;

/**
 * Where a person was, kept in a file, so that a window that is opened again shows the same, even after a kill: screen,
 * theme, smoothing, and for each run the steps in view and the crosshair. What cannot be read is as if
 * it were not there.
 */
final class Memory {
    private final Path file;
    private final Properties kept = new Properties();
    private Properties written = new Properties();

    Memory(Path file) {
        this.file = file;
        try (Reader in = Files.newBufferedReader(file)) {
            kept.load(in);
            written.putAll(kept);
        } catch (IOException | IllegalArgumentException e) {
            kept.clear(); // the first window ever, or a file that somebody has damaged: begin anew
        }
    }

    /** The screen that was open. */
    Optional<String> screen() {
        return Optional.ofNullable(kept.getProperty("screen"));
    }

    /** Dresses the window as it was. */
    void restore(Workbench bench) {
        for (Theme theme : Theme.values()) {
            if (theme.name().equals(kept.getProperty("theme"))) {
                bench.themeProperty().set(theme);
            }
        }
        for (Axis axis : Axis.values()) {
            if (axis.name().equals(kept.getProperty("axis"))) {
                bench.axisProperty().set(axis);
            }
        }
        number("smoothing").filter(weight -> weight >= 0 && weight < 1).ifPresent(bench.smoothingProperty()::set);
    }

    /** Shows of the current run what was in view when it was last left. */
    void restoreView(Workbench bench) {
        String run = prefix(bench);
        Optional<Double> low = number(run + "low");
        Optional<Double> high = number(run + "high");
        if (low.isPresent() && high.isPresent() && low.get() < high.get()) {
            bench.brushProperty().set(new Span(low.get(), high.get()));
        }
        number(run + "crosshair").ifPresent(bench::pin);
    }

    /** Notes where the person is now; writes only where that has changed, whole or not at all. */
    void keep(Workbench bench, String screen) throws IOException {
        kept.setProperty("screen", screen);
        kept.setProperty("theme", bench.themeProperty().get().name());
        kept.setProperty("axis", bench.axisProperty().get().name());
        kept.setProperty("smoothing", Double.toString(bench.smoothingProperty().get()));
        String run = prefix(bench);
        Span brush = bench.brushProperty().get();
        put(run + "low", brush == null ? Double.NaN : brush.low());
        put(run + "high", brush == null ? Double.NaN : brush.high());
        put(run + "crosshair", bench.pinned());
        if (kept.equals(written)) {
            return;
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try (Writer out = Files.newBufferedWriter(unfinished)) {
            kept.store(out, null);
        }
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        written = new Properties();
        written.putAll(kept);
    }

    private void put(String name, double value) {
        if (Double.isNaN(value)) {
            kept.remove(name);
        } else {
            kept.setProperty(name, Double.toString(value));
        }
    }

    private Optional<Double> number(String name) {
        try {
            double value = Double.parseDouble(kept.getProperty(name, ""));
            return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String prefix(Workbench bench) {
        return "run." + bench.run().run().value() + ".";
    }
}
