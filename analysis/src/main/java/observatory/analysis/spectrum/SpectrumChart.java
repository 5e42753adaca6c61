package observatory.analysis.spectrum;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A layer's spectrum as a PNG of two charts: how many eigenvalues are above each value, where a power law is a straight
 * line, with the fit; and their density with that of noise, where outliers stand alone.
 */
public final class SpectrumChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 420;
    private static final int SCALE = 2;
    private static final int POINTS = 400;
    private static final int MOST_BINS = 80;
    // Okabe and Ito (2008): told apart with any colour vision.
    private static final Color BLUE = new Color(0x0072B2);
    private static final Color VERMILION = new Color(0xD55E00);
    private static final Color GREEN = new Color(0x009E73);
    private static final BasicStroke THICK = new BasicStroke(2f);
    private static final BasicStroke DASHED =
            new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {8, 5}, 0);

    private SpectrumChart() {}

    public static byte[] png(LayerSpectrum row) {
        BufferedImage image = new BufferedImage(2 * WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D page = image.createGraphics();
        page.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        page.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        page.scale(SCALE, SCALE);
        tail(row).paint(page, WIDTH, HEIGHT);
        page.translate(WIDTH, 0);
        density(row).paint(page, WIDTH, HEIGHT);
        page.dispose();
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Share of eigenvalues at or above each one; both axes logarithmic. */
    private static XYChart tail(LayerSpectrum row) {
        double[] values = Arrays.stream(row.spectrum().values())
                .filter(value -> value > 1e-10 * row.spectrum().largest())
                .toArray();
        int n = values.length;
        XYChart chart = chart(row.layer().name(), "eigenvalue", "share at or above");
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSW);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        double[] shares = new double[n];
        Arrays.setAll(shares, i -> (n - i) / (double) n);
        XYSeries all = chart.addSeries("eigenvalues", values, shares);
        all.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        all.setMarker(SeriesMarkers.CIRCLE);
        all.setMarkerColor(BLUE);
        row.fit().ifPresent(law -> {
            double top = law.tail() / (double) n;
            double last = law.xmin() * Math.pow(top * n, 1 / (law.alpha() - 1));
            String name = String.format(
                    Locale.ROOT,
                    "alpha %.2f, D %.3f (%s)",
                    law.alpha(),
                    law.distance(),
                    row.gate().shape().label());
            line(chart, name, new double[] {law.xmin(), last}, new double[] {top, 1.0 / n}, VERMILION);
        });
        return chart;
    }

    private static XYChart density(LayerSpectrum row) {
        double[] values = row.spectrum().values();
        double high = row.spectrum().largest();
        int bins = Math.clamp((int) (3 * Math.sqrt(values.length)), 10, MOST_BINS);
        double width = high / bins;
        double[] x = new double[bins];
        double[] y = new double[bins];
        Arrays.setAll(x, i -> (i + 0.5) * width);
        for (double value : values) {
            y[Math.clamp((int) (value / width), 0, bins - 1)] += 1 / (values.length * width);
        }
        XYChart chart = chart(
                String.format(
                        Locale.ROOT,
                        "stable rank %.1f, largest %.2f x the edge of noise",
                        row.spectrum().stableRank(),
                        row.gate().edgeRatio()),
                "eigenvalue",
                "density");
        XYSeries bars = chart.addSeries("eigenvalues", x, y);
        bars.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.StepArea);
        bars.setMarker(SeriesMarkers.NONE);
        bars.setLineColor(BLUE);
        bars.setFillColor(new Color(0, 0x72, 0xB2, 60));
        row.bulk().ifPresent(bulk -> {
            double q = row.layer().n() / (double) row.layer().m();
            double mean = Arrays.stream(values).average().orElseThrow();
            double[] at = new double[POINTS];
            double[] noise = new double[POINTS];
            // From half a bin on: the noise of square matrices has no upper bound at 0.
            Arrays.setAll(at, i -> width / 2 + i * (high - width / 2) / (POINTS - 1));
            Arrays.setAll(noise, i -> MarchenkoPastur.density(at[i] / mean, q, bulk.sigma()) / mean);
            line(chart, "Marchenko-Pastur, " + bulk.spikes() + " spikes", at, noise, GREEN);
        });
        return chart;
    }

    private static void line(XYChart chart, String name, double[] x, double[] y, Color colour) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(colour);
        series.setLineStyle(colour == GREEN ? DASHED : THICK);
    }

    private static XYChart chart(String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        XYStyler style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setLegendBorderColor(new Color(0, true));
        style.setMarkerSize(5);
        style.setLocale(Locale.ROOT);
        return chart;
    }
}
