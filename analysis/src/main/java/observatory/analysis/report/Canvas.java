package observatory.analysis.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import observatory.analysis.Incident;

/**
 * What stands around a curve: grid, labels, shaded incidents, ticks of what was not finite. Its plot area lies at the
 * same place in every chart, so that the steps of charts below each other stand in line. Units are points of the page.
 */
final class Canvas {
    static final int WIDTH = 1140;
    static final int HEIGHT = 240;
    static final int SCALE = 2;
    static final int LEFT = 132; // room for the name of a signal
    static final int TOP = 8;
    /** What stands above and below the plot area. */
    static final int AROUND = TOP + 26;

    static final int PLOT_WIDTH = WIDTH - LEFT - 10;
    static final int PLOT_HEIGHT = HEIGHT - AROUND;
    private static final Color INK = new Color(0x4B5563);
    private static final Color GRID = new Color(0xE5E7EB);
    private static final Font LABELS = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    private final Axis steps;
    private final Axis values;
    private final int plotHeight;
    private final BufferedImage image;
    private final Graphics2D page;

    Canvas(Axis steps, Axis values) {
        this(steps, values, HEIGHT);
    }

    /** @param height of all of it, as on the page */
    Canvas(Axis steps, Axis values, int height) {
        this.steps = steps;
        this.values = values;
        this.plotHeight = height - AROUND;
        this.image = new BufferedImage(WIDTH * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        this.page = image.createGraphics();
        page.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        page.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        page.scale(SCALE, SCALE);
        page.setFont(LABELS);
        page.setColor(Color.WHITE);
        page.fillRect(0, 0, WIDTH, height);
    }

    Axis steps() {
        return steps;
    }

    Axis values() {
        return values;
    }

    void grid() {
        FontMetrics metrics = page.getFontMetrics();
        for (Axis.Tick tick : values.ticks()) {
            int y = (int) Math.round(y(tick.position()));
            page.setColor(GRID);
            page.drawLine(LEFT, y, LEFT + PLOT_WIDTH, y);
            page.setColor(INK);
            page.drawString(tick.label(), LEFT - 8 - metrics.stringWidth(tick.label()), y + 4);
        }
        for (Axis.Tick tick : steps.ticks()) {
            int x = (int) Math.round(x(tick.position()));
            page.setColor(GRID);
            page.drawLine(x, TOP + plotHeight, x, TOP + plotHeight + 4);
            page.setColor(INK);
            int width = metrics.stringWidth(tick.label());
            page.drawString(tick.label(), Math.min(x - width / 2, WIDTH - width), TOP + plotHeight + 18);
        }
        page.setColor(GRID);
        page.drawLine(LEFT, TOP + plotHeight, LEFT + PLOT_WIDTH, TOP + plotHeight);
    }

    /** An incident, never thinner than can be seen. */
    void shade(Incident incident) {
        double from = Math.max(LEFT, x(incident.firstStep()) - 1);
        double to = Math.min(LEFT + PLOT_WIDTH, x(incident.lastStep()) + 1);
        int width = (int) Math.max(3, Math.ceil(to - from));
        Color colour = Palette.of(incident.severity());
        page.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 48));
        page.fillRect((int) from, TOP, width, plotHeight);
        page.setColor(colour);
        page.fillRect((int) from, TOP - 3, width, 3);
    }

    /** A value that is not finite, at the upper edge. */
    void tick(long step) {
        page.setColor(Palette.VERMILION);
        page.fillRect((int) Math.round(x(step)) - 1, TOP, 2, 10);
    }

    /** The plot area, to be drawn on as if it were a page of its own. */
    Graphics2D plotArea() {
        return (Graphics2D) page.create(LEFT, TOP, PLOT_WIDTH, plotHeight);
    }

    /** The whole picture, to be drawn on. */
    Graphics2D page() {
        return page;
    }

    BufferedImage finish() {
        page.dispose();
        return image;
    }

    double x(double step) {
        return LEFT + PLOT_WIDTH * (step - steps.low()) / (steps.high() - steps.low());
    }

    double y(double position) {
        return TOP + plotHeight * (values.high() - position) / (values.high() - values.low());
    }
}
