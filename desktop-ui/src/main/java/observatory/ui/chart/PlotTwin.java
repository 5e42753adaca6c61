package observatory.ui.chart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A plot over a stretch of steps, or of what else its labels stand for, in its other forms. */
public record PlotTwin(Plot plot, Span steps, StepLabels labels) implements Twin {
    public PlotTwin(Plot plot, Span steps) {
        this(plot, steps, StepLabels.STEPS);
    }

    @Override
    public String title() {
        return plot.title();
    }

    @Override
    public String sentence() {
        return Summary.of(plot, steps, labels);
    }

    @Override
    public ChartTable table(int most, boolean exact) {
        return ChartTable.of(this, most, exact);
    }

    @Override
    public String fileName() {
        return fileName(plot.title(), steps);
    }

    @Override
    public void png(Path file, Palette palette) throws IOException {
        Figure.write(this, palette, file);
    }

    /** A title as a file may be called on any system, and the steps. */
    static String fileName(String title, Span steps) {
        String plain = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String safe = plain.substring(0, Math.min(60, plain.length()));
        return String.format(Locale.ROOT, "%s-%.0f-%.0f", safe, Math.ceil(steps.low()), Math.floor(steps.high()));
    }
}
