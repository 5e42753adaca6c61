package observatory.ui.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import observatory.ui.data.StepIndex;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart as a file: numbers as CSV, or a figure for print as PNG, drawn by XChart at 300 dots per inch. */
public final class Export {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 480;
    private static final int DOTS_PER_INCH = 300;
    private static final int COLUMNS = 1600;

    private Export() {}

    /** Writes into a folder and returns the file. */
    public static Path csv(Plot plot, Span steps, Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve(name(plot, steps) + ".csv");
        return Files.writeString(file, ChartTable.csv(plot, steps));
    }

    /** Writes into a folder and returns the file. Every minimum and maximum is in the figure. */
    public static Path png(Plot plot, Span steps, Palette palette, Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve(name(plot, steps) + ".png");
        BitmapEncoder.saveBitmapWithDPI(chart(plot, steps, palette), file.toString(), BitmapFormat.PNG, DOTS_PER_INCH);
        return file;
    }

    private static XYChart chart(Plot plot, Span steps, Palette palette) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(plot.title())
                .xAxisTitle("step")
                .yAxisTitle(plot.unit())
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendVisible(plot.traces().size() > 1);
        chart.getStyler().setYAxisLogarithmic(plot.scale() == Scale.Kind.LOG);
        for (Trace trace : plot.traces()) {
            List<Double> x = new ArrayList<>();
            List<Double> y = new ArrayList<>();
            points(trace, steps, plot.scale() == Scale.Kind.LOG, x, y);
            if (!x.isEmpty()) {
                XYSeries series = chart.addSeries(trace.name(), x, y);
                series.setMarker(SeriesMarkers.NONE);
                series.setLineColor(new Color(palette.series(trace.colour())));
                series.setLineStyle(new BasicStroke(1.3f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            }
        }
        return chart;
    }

    private static void points(Trace trace, Span steps, boolean positive, List<Double> x, List<Double> y) {
        for (StepIndex.Segment segment : trace.index().segments()) {
            Columns columns = Columns.of(trace.index(), segment, trace.series(), steps, COLUMNS);
            for (int i = 0; i < columns.size(); i++) {
                double at = steps.at((columns.x(i) - 0.5) / (COLUMNS - 1));
                for (float value : new float[] {columns.min(i), columns.max(i)}) {
                    if (columns.finite(i) && steps.contains(at) && (!positive || value > 0)) {
                        x.add(at);
                        y.add((double) value);
                    }
                }
            }
        }
    }

    private static String name(Plot plot, Span steps) {
        String title = plot.title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String safe = title.substring(0, Math.min(60, title.length()));
        return String.format(Locale.ROOT, "%s-%.0f-%.0f", safe, Math.ceil(steps.low()), Math.floor(steps.high()));
    }
}
