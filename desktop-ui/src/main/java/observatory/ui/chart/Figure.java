package observatory.ui.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import observatory.ui.data.StepIndex;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A plot as a figure for print, drawn by XChart. */
final class Figure {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 480;
    private static final int DOTS_PER_INCH = 300;
    private static final int COLUMNS = 1600;

    private Figure() {}

    /** Every minimum and maximum is in the figure; lines break where nothing finite was measured. */
    static void write(PlotTwin twin, Palette palette, Path file) throws IOException {
        BitmapEncoder.saveBitmapWithDPI(chart(twin, palette), file.toString(), BitmapFormat.PNG, DOTS_PER_INCH);
    }

    private static XYChart chart(PlotTwin twin, Palette palette) {
        Plot plot = twin.plot();
        Span steps = twin.steps();
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(plot.title())
                .xAxisTitle(twin.labels().across())
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
            breakLine(x, y);
            for (int i = 0; i < columns.size(); i++) {
                double at = steps.at((columns.x(i) - 0.5) / (COLUMNS - 1));
                if (!columns.finite(i) || columns.afterGap(i)) {
                    breakLine(x, y);
                }
                for (float value : new float[] {columns.min(i), columns.max(i)}) {
                    if (columns.finite(i) && steps.contains(at) && (!positive || value > 0)) {
                        x.add(at);
                        y.add((double) value);
                    }
                }
            }
        }
    }

    private static void breakLine(List<Double> x, List<Double> y) {
        if (!x.isEmpty()) {
            x.add(x.getLast());
            y.add(Double.NaN);
        }
    }
}
