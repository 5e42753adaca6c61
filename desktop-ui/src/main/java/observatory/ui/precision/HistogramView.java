package observatory.ui.precision;

import java.util.Optional;
import javafx.geometry.Pos;
import javafx.geometry.VPos;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;
import observatory.probe.Site;
import observatory.ui.chart.Drawn;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Palette;
import observatory.ui.chart.Twin;
import observatory.ui.data.Histogram;

/**
 * How the elements of one tensor spread over the binades, on a logarithmic scale of shares, between a format's edges.
 */
final class HistogramView extends Region implements Drawn {
    private static final double LEFT = 52;
    private static final double RIGHT = 10;
    private static final double TOP = 58;
    private static final double BOTTOM = 20;
    private static final int DECADES = 6; // of shares; one element in a million is still seen

    private final Canvas canvas = new Canvas();
    private final Label title = new Label();
    private final Label fate = new Label();
    private Optional<Histogram> histogram = Optional.empty();
    private Format format = Format.FP16;
    private Palette palette;
    private int low;
    private int high;

    HistogramView() {
        getStyleClass().add("plot");
        title.getStyleClass().add("plot-title");
        fate.getStyleClass().add("soft-small");
        fate.setWrapText(true);
        fate.setAlignment(Pos.TOP_LEFT);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setFocusTraversable(true);
        canvas.setMouseTransparent(true);
        getChildren().addAll(canvas, title, fate);
        widthProperty().addListener(changed -> repaint());
        heightProperty().addListener(changed -> repaint());
    }

    /**
     * @param site whose histogram it is; null where nothing was measured at all
     * @param lost what of the tensor is not finite; empty where all of it is
     */
    void draw(Site site, Optional<Histogram> of, String lost, Format seenAs, Palette colours) {
        histogram = of;
        format = seenAs;
        palette = colours;
        title.setText(site == null ? "Exponents" : "Exponents of " + site.label());
        fate.setText(of.map(one -> Fate.of(one, seenAs).sentence(seenAs, lost))
                .orElse(
                        lost.isEmpty()
                                ? "No exponent histogram: enable the probe exponent-histogram (pack profile)."
                                : lost + "; no exponent histogram of this step."));
        setAccessibleText(title.getText() + ". " + fate.getText());
        repaint();
    }

    @Override
    public Optional<Twin> twin() {
        return histogram.map(one -> new HistogramTwin(title.getText(), fate.getText(), one));
    }

    private void repaint() {
        if (palette == null || getWidth() < LEFT + 60 || getHeight() < TOP + BOTTOM + 20) {
            canvas.setWidth(0); // what was drawn when there was room would reach beyond the edge
            return;
        }
        canvas.setWidth(getWidth());
        canvas.setHeight(getHeight());
        GraphicsContext g = canvas.getGraphicsContext2D();
        g.clearRect(0, 0, getWidth(), getHeight());
        g.setFont(Font.font(Font.getDefault().getFamily(), 11));
        low = Math.max(format.leastSubnormal(), -48) - 4;
        high = (int) Math.min(Math.ceil(format.top()), 48) + 4;
        histogram.ifPresent(one -> {
            low = Math.min(low, one.bottom() - 1);
            high = Math.max(high, one.top() + 2);
        });
        zones(g);
        axes(g);
        histogram.ifPresent(one -> bars(g, one));
    }

    private void zones(GraphicsContext g) {
        double bottom = getHeight() - BOTTOM;
        double overflow = x(Math.floor(format.top()) + 1);
        double normal = x(format.leastNormal());
        double kept = Math.max(x(low), x(format.leastSubnormal() - 1));
        g.setFill(colour("critical", 0.10));
        g.fillRect(overflow, TOP, Math.max(0, x(high) - overflow), bottom - TOP);
        g.fillRect(x(low), TOP, Math.max(0, kept - x(low)), bottom - TOP);
        g.setFill(colour("warning", 0.13));
        g.fillRect(kept, TOP, Math.max(0, normal - kept), bottom - TOP);
    }

    private void axes(GraphicsContext g) {
        double bottom = getHeight() - BOTTOM;
        g.setTextBaseline(VPos.CENTER);
        g.setTextAlign(TextAlignment.RIGHT);
        for (int decade = 0; decade <= DECADES; decade += 2) {
            double y = Math.round(y(Math.pow(10, -decade)));
            g.setFill(colour("grid", 1));
            g.fillRect(LEFT, y, getWidth() - LEFT - RIGHT, 1);
            g.setFill(colour("ink-soft", 1));
            g.fillText(decade == 0 ? "all" : "10" + Numbers.superscript(-decade), LEFT - 6, y);
        }
        double room = (getWidth() - LEFT - RIGHT) / (high - low);
        int every = room * 4 > 40 ? 4 : room * 8 > 40 ? 8 : room * 16 > 40 ? 16 : 64;
        g.setTextBaseline(VPos.TOP);
        g.setTextAlign(TextAlignment.CENTER);
        g.setFill(colour("ink-soft", 1));
        for (int exponent = Math.ceilDiv(low, every) * every; exponent < high; exponent += every) {
            g.fillText("2" + Numbers.superscript(exponent), x(exponent), bottom + 4);
        }
    }

    private void bars(GraphicsContext g, Histogram of) {
        for (int exponent = of.bottom(); exponent <= of.top(); exponent++) {
            double share = of.share(exponent);
            if (share > 0) {
                double y = Math.min(y(share), getHeight() - BOTTOM - 1);
                g.setFill(colour(RangeView.zone(exponent, format), 0.9));
                g.fillRect(
                        x(exponent) + 0.5, y, Math.max(1, x(exponent + 1) - x(exponent) - 1), getHeight() - BOTTOM - y);
            }
        }
    }

    private double x(double exponent) {
        return LEFT + (exponent - low) / (high - low) * (getWidth() - LEFT - RIGHT);
    }

    private double y(double share) {
        double height = Math.clamp(1 + Math.log10(share) / DECADES, 0, 1);
        return TOP + (1 - height) * (getHeight() - TOP - BOTTOM);
    }

    private Color colour(String name, double opacity) {
        int argb = palette.get(name);
        return Color.rgb(argb >> 16 & 255, argb >> 8 & 255, argb & 255, opacity);
    }

    @Override
    protected void layoutChildren() {
        double width = Math.max(0, getWidth() - 24);
        title.autosize();
        title.resizeRelocate(12, 3, Math.min(width, title.prefWidth(-1)), title.prefHeight(-1));
        fate.resizeRelocate(12, 22, width, TOP - 24);
    }
}
