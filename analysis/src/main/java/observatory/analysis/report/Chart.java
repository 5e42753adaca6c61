package observatory.analysis.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import observatory.analysis.Incident;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One curve of a report as a picture of twice its size on the page, with the incidents as shaded spans behind it and
 * red ticks where a value was not finite. Draws every minimum and maximum of the track, so that no spike is lost.
 *
 * @param logarithmic whether the value axis is logarithmic; values of 0 and below are then left out
 */
record Chart(Track track, boolean logarithmic, Color colour) {
    private static final Color CLEAR = new Color(255, 255, 255, 0);
    private static final int FEW = 60; // points that are marked one by one

    BufferedImage image(Span steps, List<Incident> incidents) {
        List<Track.Point> points = visible();
        double least = points.stream().mapToDouble(Track.Point::value).min().orElse(1);
        double greatest = points.stream().mapToDouble(Track.Point::value).max().orElse(1);
        Canvas canvas = new Canvas(steps.axis(), Axis.over(least, greatest, logarithmic));
        canvas.grid();
        incidents.stream().filter(steps::meets).forEach(canvas::shade);
        if (!points.isEmpty()) {
            Graphics2D area = canvas.plotArea();
            curve(points, canvas).paint(area, Canvas.PLOT_WIDTH, Canvas.PLOT_HEIGHT);
            area.dispose();
        }
        track.nonFiniteSteps().forEach(canvas::tick);
        return canvas.finish();
    }

    /** The curve alone, filling its whole area; the canvas draws what stands around it. */
    private XYChart curve(List<Track.Point> points, Canvas canvas) {
        XYChart chart = new XYChartBuilder()
                .width(Canvas.PLOT_WIDTH)
                .height(Canvas.PLOT_HEIGHT)
                .build();
        XYStyler style = chart.getStyler();
        style.setLegendVisible(false);
        style.setChartTitleVisible(false);
        style.setAxisTicksVisible(false);
        style.setAxisTitlesVisible(false);
        style.setPlotGridLinesVisible(false);
        style.setPlotBorderVisible(false);
        style.setChartBackgroundColor(CLEAR);
        style.setPlotBackgroundColor(CLEAR);
        style.setChartPadding(0);
        style.setPlotMargin(0);
        style.setPlotContentSize(1);
        style.setXAxisMin(canvas.steps().low());
        style.setXAxisMax(canvas.steps().high());
        style.setYAxisMin(canvas.values().low());
        style.setYAxisMax(canvas.values().high());
        XYSeries series = chart.addSeries(
                "values",
                points.stream().mapToDouble(Track.Point::step).toArray(),
                points.stream()
                        .mapToDouble(point -> canvas.values().position(point.value()))
                        .toArray());
        series.setMarker(points.size() < FEW ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setMarkerColor(colour);
        series.setLineColor(colour);
        series.setLineStyle(new BasicStroke(1.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return chart;
    }

    private List<Track.Point> visible() {
        return track.points().stream()
                .filter(point -> !logarithmic || point.value() > 0)
                .toList();
    }
}
