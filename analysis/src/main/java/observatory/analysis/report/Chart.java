package observatory.analysis.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import observatory.analysis.Incident;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One curve of a report as a PNG of twice its size on the page, with the incidents as shaded spans behind it and red
 * ticks where a value was not finite. Draws every minimum and maximum of the track, so that no spike is lost.
 *
 * @param logarithmic whether the value axis is logarithmic; values of 0 and below are then left out
 */
record Chart(Track track, boolean logarithmic, Color colour) {
    static final int WIDTH = 1140;
    static final int HEIGHT = 250;
    private static final int SCALE = 2;
    private static final Color CLEAR = new Color(255, 255, 255, 0);
    private static final Color INK = new Color(0x4B5563);
    private static final Color GRID = new Color(0xE5E7EB);
    private static final String SERIES = "values";

    /** The steps that the step axis of every chart of a report spans. */
    record Span(long first, long last) {}

    byte[] png(Span steps, List<Incident> incidents) {
        BufferedImage image = image(steps, incidents);
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    BufferedImage image(Span steps, List<Incident> incidents) {
        XYChart chart = chart(steps);
        BufferedImage curve = canvas();
        Graphics2D over = graphics(curve);
        chart.paint(over, WIDTH, HEIGHT); // only after this the chart knows where a step lies
        BufferedImage page = canvas();
        Graphics2D under = graphics(page);
        under.setColor(Color.WHITE);
        under.fillRect(0, 0, WIDTH, HEIGHT);
        incidents.forEach(incident -> shade(under, chart, incident));
        under.scale(1.0 / SCALE, 1.0 / SCALE);
        under.drawImage(curve, 0, 0, null);
        under.scale(SCALE, SCALE);
        under.setColor(Palette.VERMILION);
        for (long step : track.nonFiniteSteps()) {
            int x = (int) Math.round(chart.getScreenXFromChart(step));
            under.fillRect(x - 1, 8, 2, 10);
        }
        over.dispose();
        under.dispose();
        return page;
    }

    private XYChart chart(Span steps) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).build();
        XYStyler style = chart.getStyler();
        style.setLegendVisible(false);
        style.setChartTitleVisible(false);
        style.setChartBackgroundColor(CLEAR);
        style.setPlotBackgroundColor(CLEAR);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridVerticalLinesVisible(false);
        style.setPlotGridLinesStroke(new BasicStroke(1f));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setAxisTickLabelsColor(INK);
        style.setAxisTickMarksColor(GRID);
        style.setChartFontColor(INK);
        style.setAxisTitlesVisible(false);
        style.setChartPadding(6);
        style.setYAxisLogarithmic(logarithmic);
        style.setXAxisMin((double) steps.first());
        style.setXAxisMax((double) Math.max(steps.last(), steps.first() + 1));
        style.setXAxisDecimalPattern("#,###");
        style.setyAxisTickLabelsFormattingFunction(Chart::label);
        style.setLocale(Locale.ROOT);
        List<Track.Point> points = visible();
        XYSeries series = chart.addSeries(
                SERIES,
                points.stream().mapToDouble(Track.Point::step).toArray(),
                points.stream().mapToDouble(Track.Point::value).toArray());
        series.setMarker(points.size() < 60 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setMarkerColor(colour);
        series.setLineColor(colour);
        series.setLineStyle(new BasicStroke(1.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return chart;
    }

    /** What the axis can show; a run without one finite value still gets its axes and its ticks. */
    private List<Track.Point> visible() {
        List<Track.Point> points = track.points().stream()
                .filter(point -> !logarithmic || point.value() > 0)
                .toList();
        return points.isEmpty() ? List.of(new Track.Point(0, 1)) : points;
    }

    private static void shade(Graphics2D page, XYChart chart, Incident incident) {
        int from = (int) Math.floor(chart.getScreenXFromChart(incident.firstStep()));
        int to = (int) Math.ceil(chart.getScreenXFromChart(incident.lastStep()));
        Color colour = Palette.of(incident.severity());
        page.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 48));
        page.fillRect(from - 1, 6, Math.max(3, to - from + 2), HEIGHT - 34); // never thinner than can be seen
        page.setColor(colour);
        page.fillRect(from - 1, 6, Math.max(3, to - from + 2), 2);
    }

    private static String label(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size >= 1e5 || size < 1e-3) {
            return String.format(Locale.ROOT, "%.0e", value).replace("e+0", "e").replace("e-0", "e-");
        }
        return Numbers.plain(value);
    }

    private static BufferedImage canvas() {
        return new BufferedImage(WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_ARGB);
    }

    private static Graphics2D graphics(BufferedImage image) {
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.scale(SCALE, SCALE);
        return graphics;
    }
}
