package observatory.analysis.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import observatory.analysis.replay.ReplayResult;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pictures of a replay: the loss of each course over the same steps. */
final class ReplayFigures {
    private static final String FORWARD = "forward: ";
    private static final int WIDTH = 1140 * Canvas.SCALE;
    private static final int HEIGHT = 300 * Canvas.SCALE;
    private static final Color INK = new Color(0x1F2937);
    private static final Color SOFT = new Color(0x4B5563);
    private static final Color LINE = new Color(0xE5E7EB);
    private static final List<Color> COLOURS =
            List.of(Palette.VERMILION, Palette.BLUE, Palette.GREEN, Palette.ORANGE, Palette.PURPLE, Palette.SKY, INK);

    private ReplayFigures() {}

    static List<Figure> of(ReplayResult result) {
        List<Figure> figures = new ArrayList<>();
        add(
                figures,
                result,
                "varied",
                "Loss, with one thing varied at a time",
                "of one repeat each, over the steps that were varied",
                name -> !name.startsWith(FORWARD));
        add(
                figures,
                result,
                "forward",
                "Loss, with what could be done",
                "each from the same checkpoint, on its own batches",
                name -> name.startsWith(FORWARD));
        return figures;
    }

    private static void add(
            List<Figure> figures,
            ReplayResult result,
            String file,
            String title,
            String note,
            Predicate<String> wanted) {
        List<ReplayResult.Curve> curves = result.curves().stream()
                .filter(curve -> wanted.test(curve.name()) && finite(curve))
                .toList();
        if (!curves.isEmpty()) {
            figures.add(new Figure(file, title, note, "", image(curves)));
        }
    }

    private static boolean finite(ReplayResult.Curve curve) {
        for (double loss : curve.losses()) {
            if (Double.isFinite(loss)) {
                return true;
            }
        }
        return false;
    }

    private static BufferedImage image(List<ReplayResult.Curve> curves) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle("step")
                .yAxisTitle("loss, nats a token")
                .build();
        style(chart);
        for (int i = 0; i < curves.size(); i++) {
            ReplayResult.Curve curve = curves.get(i);
            double[] steps = new double[curve.steps().length];
            double[] losses = new double[steps.length];
            for (int j = 0; j < steps.length; j++) {
                steps[j] = curve.steps()[j];
                losses[j] = Double.isFinite(curve.losses()[j]) ? curve.losses()[j] : Double.NaN;
            }
            String name = curve.name().startsWith(FORWARD) ? curve.name().substring(FORWARD.length()) : curve.name();
            XYSeries series = chart.addSeries(name, steps, losses);
            Color colour = COLOURS.get(i % COLOURS.size());
            series.setLineColor(colour);
            series.setLineStyle(new BasicStroke(
                    (i == 0 ? 2.2f : 1.6f) * Canvas.SCALE,
                    BasicStroke.CAP_ROUND,
                    BasicStroke.JOIN_ROUND,
                    1,
                    i < COLOURS.size() ? null : new float[] {6 * Canvas.SCALE, 4 * Canvas.SCALE},
                    0));
            series.setMarker(steps.length < 3 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
            series.setMarkerColor(colour);
        }
        return BitmapEncoder.getBufferedImage(chart);
    }

    private static void style(XYChart chart) {
        var style = chart.getStyler();
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12 * Canvas.SCALE);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(LINE);
        style.setAxisTickLabelsFont(font);
        style.setAxisTitleFont(font);
        style.setAxisTickLabelsColor(SOFT);
        style.setChartFontColor(INK);
        style.setLegendFont(font);
        style.setLegendPosition(LegendPosition.OutsideE);
        style.setLegendLayout(LegendLayout.Vertical);
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendSeriesLineLength(18 * Canvas.SCALE);
        style.setChartPadding(8 * Canvas.SCALE);
        style.setDecimalPattern("#,##0.##");
    }
}
