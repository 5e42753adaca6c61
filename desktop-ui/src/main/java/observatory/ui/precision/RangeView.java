package observatory.ui.precision;

import java.util.List;
import java.util.function.Consumer;
import javafx.geometry.VPos;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;
import observatory.probe.Site;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Palette;
import observatory.ui.data.Histogram;

/**
 * The magnitudes of sites, as histograms where there are some and else as bars, on an axis of powers of two, between
 * the edges of a format.
 */
final class RangeView extends Region {
    private static final double LEFT = 160;
    private static final double RIGHT = 14;
    private static final double TOP = 34;
    private static final double BOTTOM = 22;
    private static final double LEAST_ROW = 17;
    private static final double MOST_ROW = 30;
    private static final int AIR = 4; // binades beyond what is to be seen
    private static final int DECADES = 6; // of shares from the foot of a ridge to its top

    private final Canvas canvas = new Canvas();
    private final Consumer<Site> pick;
    private List<PrecisionModel.Range> ranges = List.of();
    private Format format = Format.FP16;
    private Palette palette;
    private Site chosen;
    private double rowHeight = LEAST_ROW;
    private double low;
    private double high;

    RangeView(Consumer<Site> pick) {
        this.pick = pick;
        getStyleClass().add("plot");
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        canvas.setMouseTransparent(true);
        getChildren().add(canvas);
        widthProperty().addListener(changed -> repaint());
        heightProperty().addListener(changed -> repaint());
        setOnMouseClicked(event -> {
            requestFocus();
            int row = (int) Math.floor((event.getY() - TOP) / rowHeight);
            if (row >= 0 && row < shown().size()) {
                pick.accept(shown().get(row).site());
            }
        });
        setOnKeyPressed(event -> {
            switch (event.getCode()) {
                case UP -> move(-1);
                case DOWN -> move(1);
                default -> {
                    return;
                }
            }
            event.consume();
        });
    }

    void draw(List<PrecisionModel.Range> all, Format of, Site picked, Palette colours) {
        ranges = all;
        format = of;
        chosen = picked;
        palette = colours;
        setAccessibleText(
                all.isEmpty()
                        ? "No magnitudes were measured"
                        : "Magnitudes against " + of.label() + ": nearest to overflow is "
                                + all.getFirst().site().label() + ", bits left: "
                                + all.getFirst().left());
        repaint();
    }

    private void move(int by) {
        List<PrecisionModel.Range> rows = shown();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).site().equals(chosen)) {
                pick.accept(rows.get(Math.clamp(i + by, 0, rows.size() - 1)).site());
                return;
            }
        }
        if (!rows.isEmpty()) {
            pick.accept(rows.getFirst().site());
        }
    }

    /** As many as there is room for. */
    private List<PrecisionModel.Range> shown() {
        int most = (int) Math.max(1, (getHeight() - TOP - BOTTOM) / LEAST_ROW);
        return ranges.subList(0, Math.min(most, ranges.size()));
    }

    private void repaint() {
        if (palette == null || getWidth() < LEFT + 60 || getHeight() < TOP + BOTTOM + LEAST_ROW) {
            canvas.setWidth(0); // what was drawn when there was room would reach beyond the edge
            return;
        }
        canvas.setWidth(getWidth());
        canvas.setHeight(getHeight());
        GraphicsContext g = canvas.getGraphicsContext2D();
        g.clearRect(0, 0, getWidth(), getHeight());
        g.setFont(Font.font(Font.getDefault().getFamily(), 11));
        rowHeight = Math.clamp((getHeight() - TOP - BOTTOM) / Math.max(1, shown().size()), LEAST_ROW, MOST_ROW);
        scale();
        axis(g);
        int row = 0;
        for (PrecisionModel.Range range : shown()) {
            bar(g, range, TOP + row++ * rowHeight);
        }
    }

    private void scale() {
        low = Math.max(format.leastSubnormal(), -48) - AIR;
        high = Math.min(format.top(), 48) + AIR;
        for (PrecisionModel.Range range : shown()) {
            if (!Double.isNaN(range.high())) {
                low = Math.min(low, from(range) - 1);
                high = Math.max(high, range.high() + 1);
            }
            low = Math.min(low, range.histogram().map(one -> one.bottom() - 1).orElse((int) Math.floor(low)));
        }
    }

    /** Where a bar begins: at the least magnitude where that is known, else at the rms. */
    private static double from(PrecisionModel.Range range) {
        return range.low().orElse(Double.isNaN(range.rms()) ? range.high() - 0.5 : range.rms());
    }

    private void axis(GraphicsContext g) {
        double bottom = TOP + Math.max(1, shown().size()) * rowHeight + 4;
        g.setFill(colour("critical", 0.10));
        g.fillRect(x(format.top()), TOP - 6, x(high) - x(format.top()), bottom - TOP + 6);
        g.setFill(colour("warning", 0.13));
        double subnormal = Math.max(x(low), x(format.leastSubnormal() - 1)); // half of it still rounds to it
        g.fillRect(subnormal, TOP - 6, Math.max(0, x(format.leastNormal()) - subnormal), bottom - TOP + 6);
        g.setFill(colour("critical", 0.10));
        g.fillRect(x(low), TOP - 6, Math.max(0, subnormal - x(low)), bottom - TOP + 6);
        g.setTextBaseline(VPos.BOTTOM);
        label(g, "becomes zero", (x(low) + subnormal) / 2, subnormal - x(low));
        label(g, "subnormal", (subnormal + x(format.leastNormal())) / 2, x(format.leastNormal()) - subnormal);
        label(g, format.label() + " normal", (x(format.leastNormal()) + x(format.top())) / 2, 120);
        label(g, "overflows", (x(format.top()) + x(high)) / 2, x(high) - x(format.top()));
        g.setTextBaseline(VPos.TOP);
        double room = (getWidth() - LEFT - RIGHT) / (high - low); // pixels for a binade
        int every = room * 4 > 44 ? 4 : room * 8 > 44 ? 8 : room * 16 > 44 ? 16 : 64;
        for (int exponent = Math.ceilDiv((int) low, every) * every; exponent <= high; exponent += every) {
            g.setFill(colour("grid", 1));
            g.fillRect(Math.floor(x(exponent)), TOP - 6, 1, bottom - TOP + 6);
            g.setFill(colour("ink-soft", 1));
            g.setTextAlign(TextAlignment.CENTER);
            g.fillText("2" + Numbers.superscript(exponent), x(exponent), bottom + 4);
        }
    }

    private void label(GraphicsContext g, String text, double x, double room) {
        if (room > 34) {
            g.setFill(colour("ink-soft", 1));
            g.setTextAlign(TextAlignment.CENTER);
            g.fillText(text, x, TOP - 9, room);
        }
    }

    private void bar(GraphicsContext g, PrecisionModel.Range range, double y) {
        if (range.site().equals(chosen)) {
            g.setFill(colour("selection", 1));
            g.fillRect(2, y, LEFT - 4, rowHeight);
        }
        g.setFill(colour("ink", 1));
        g.setTextAlign(TextAlignment.RIGHT);
        g.setTextBaseline(VPos.CENTER);
        g.fillText(range.site().label(), LEFT - 8, y + rowHeight / 2, LEFT - 14);
        if (range.histogram().isPresent()) {
            ridge(g, range.histogram().get(), y);
        } else if (!Double.isNaN(range.high())) {
            String style = range.headroom() < 1 ? "critical" : range.headroom() < 4 ? "warning" : "series-1";
            g.setFill(colour(style, range.low().isPresent() ? 0.75 : 0.45));
            double from = x(from(range));
            g.fillRoundRect(from, y + 4, Math.max(2, x(range.high()) - from), rowHeight - 8, 4, 4);
        }
        mark(g, range, y + rowHeight / 2);
        if (!Double.isNaN(range.rms())) {
            g.setFill(colour("ink", 1));
            g.fillRect(x(range.rms()) - 1, y + 2, 2, rowHeight - 4);
        }
    }

    /** What is infinite stands beyond the edge of the format, what is NaN stands nowhere. */
    private void mark(GraphicsContext g, PrecisionModel.Range range, double y) {
        if (range.overflowed() || range.notANumber()) {
            boolean beyond = range.overflowed();
            double at = beyond
                    ? (x(Math.min(format.top(), high)) + x(high)) / 2
                    : (x(Math.max(format.leastNormal(), low)) + x(Math.min(format.top(), high))) / 2;
            g.setFill(colour("critical", 1));
            g.setTextAlign(TextAlignment.CENTER);
            g.fillText(beyond ? "▲" : "✕ NaN", at, y);
        }
    }

    /**
     * The histogram as a ridge: the height is the logarithm of the share, the colour what the format
     * makes of the binade.
     */
    private void ridge(GraphicsContext g, Histogram histogram, double y) {
        for (int exponent = histogram.bottom(); exponent <= histogram.top(); exponent++) {
            double share = histogram.share(exponent);
            if (share > 0) {
                double height = Math.clamp(1 + Math.log10(share) / DECADES, 0.1, 1) * (rowHeight - 3);
                g.setFill(colour(zone(exponent, format), 0.85));
                g.fillRect(
                        x(exponent),
                        y + rowHeight - 1 - height,
                        Math.max(1, x(exponent + 1) - x(exponent) - 0.5),
                        height);
            }
        }
    }

    /** The colour of a binade in a format: kept, kept with fewer digits, or lost. */
    static String zone(int exponent, Format format) {
        if (exponent > Math.floor(format.top()) || exponent < format.leastSubnormal() - 1) {
            return "critical";
        }
        return exponent < format.leastNormal() ? "warning" : "series-1";
    }

    private double x(double exponent) {
        return LEFT + (exponent - low) / (high - low) * (getWidth() - LEFT - RIGHT);
    }

    private Color colour(String name, double opacity) {
        int argb = palette.get(name);
        return Color.rgb(argb >> 16 & 255, argb >> 8 & 255, argb & 255, opacity);
    }
}
