package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.geometry.VPos;
import javafx.scene.AccessibleAttribute;
import javafx.scene.AccessibleRole;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.shape.Rectangle;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;

/**
 * A chart on the screen: the painted plot, axes beside it, a crosshair that it shares with the other charts, and a
 * readout of the values under it. The picture is opaque to screen readers, so a sentence stands for it.
 */
public final class PlotView extends Region implements Drawn {
    private static final double LEFT = 52;
    private static final double RIGHT = 10;
    private static final double TOP = 24;
    private static final double BOTTOM = 20;
    private static final double LETTER = 6.2; // pixels, about
    private static final double LINE = 12; // from one label to the next
    private static final double LEAST_TITLE = 50; // what a title keeps where numbers need its room
    private static final double ROOMY = 360; // where a readout has room for the step as well

    private final PixelImage image = new PixelImage();
    private final Canvas axes = new Canvas();
    private final Label title = new Label();
    private final Label unit = new Label();
    private final Label readout = new Label();
    private final Label badge = new Label();
    private final Label missing = new Label();
    private final Crosshair crosshair = new Crosshair();
    private final Rectangle selection = new Rectangle();
    private final StepLabels labels;
    private Plot plot;
    private Span steps;
    private Palette palette;
    private double cross = Double.NaN;
    private List<Mark> written = List.of();
    private List<LineNames.Name> named = List.of();
    private Palette writtenIn;

    public PlotView(PlotActions actions, StepLabels labels) {
        this.labels = labels;
        getStyleClass().add("plot");
        title.getStyleClass().add("plot-title");
        unit.getStyleClass().add("plot-readout");
        readout.getStyleClass().add("plot-readout");
        badge.getStyleClass().add("plot-badge");
        badge.setVisible(false);
        missing.getStyleClass().add("soft");
        missing.setWrapText(true);
        missing.setTextAlignment(TextAlignment.CENTER);
        missing.setAlignment(Pos.CENTER);
        missing.setMouseTransparent(true);
        selection.getStyleClass().add("selection");
        axes.setMouseTransparent(true);
        selection.setMouseTransparent(true);
        selection.setVisible(false);
        getChildren().addAll(image, axes, selection, crosshair, title, unit, readout, badge, missing);
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        new PlotMouse(this, actions).attach();
        widthProperty().addListener(changed -> repaint());
        heightProperty().addListener(changed -> repaint());
    }

    /** Shows a plot over a stretch of steps, now and whenever the size changes. */
    public void draw(Plot next, Span over, Palette colours) {
        plot = next;
        steps = over;
        palette = colours;
        repaint();
    }

    /** Moves the crosshair; NaN takes it away. */
    public void crosshair(double step) {
        cross = step;
        placeCrosshair();
    }

    public Plot plot() {
        return plot;
    }

    @Override
    public Optional<Twin> twin() {
        return Optional.ofNullable(plot).map(shown -> new PlotTwin(shown, steps, labels));
    }

    /** The sentence that stands for the picture is made when somebody asks for it, not with every frame. */
    @Override
    public Object queryAccessibleAttribute(AccessibleAttribute attribute, Object... parameters) {
        boolean text = attribute == AccessibleAttribute.TEXT && plot != null;
        return text ? Summary.of(plot, steps, labels) : super.queryAccessibleAttribute(attribute, parameters);
    }

    Span steps() {
        return steps;
    }

    Rectangle selection() {
        return selection;
    }

    double plotWidth() {
        return Math.max(1, getWidth() - LEFT - RIGHT);
    }

    double plotHeight() {
        return Math.max(1, getHeight() - TOP - BOTTOM);
    }

    /** The step under a position of this view. */
    double stepAt(double x) {
        return steps.at(Math.clamp((x - LEFT) / plotWidth(), 0, 1));
    }

    double xOf(double step) {
        return LEFT + steps.share(step) * plotWidth();
    }

    double top() {
        return TOP;
    }

    private void repaint() {
        if (plot == null || getWidth() < LEFT + RIGHT + 8 || getHeight() < TOP + BOTTOM + 8) {
            return;
        }
        double scale = PixelImage.density(this);
        PlotPainter.Drawn[] drawn = new PlotPainter.Drawn[1];
        image.paint(
                plotWidth(),
                plotHeight(),
                scale,
                raster -> drawn[0] = PlotPainter.paint(raster, plot, steps, palette, scale));
        drawAxes(drawn[0]);
        title.setText(plot.title());
        unit.setText(plot.unit());
        badge.setText(
                drawn[0].clipped() == 0
                        ? ""
                        : Numbers.whole(drawn[0].clipped()) + (drawn[0].clipped() == 1 ? " point" : " points")
                                + " clipped ▲");
        badge.setVisible(drawn[0].clipped() > 0);
        missing.setText(plot.missing());
        missing.setVisible(plot.empty());
        placeCrosshair();
    }

    /** A word beside the chart, at whole pixels. */
    private record Mark(String text, int x, int y, TextAlignment align, VPos base) {
        /** Whether it stands in the chart, where its lines are. */
        boolean inside() {
            return align == TextAlignment.LEFT;
        }
    }

    private void drawAxes(PlotPainter.Drawn drawn) {
        List<Mark> marks = marks(drawn);
        List<LineNames.Name> names = LineNames.of(plot, steps, drawn.axis(), (int) plotHeight());
        boolean sized = axes.getWidth() == getWidth() && axes.getHeight() == getHeight();
        if (sized && marks.equals(written) && names.equals(named) && palette == writtenIn) {
            return; // text is the dearest part of a chart, and it mostly stays as it is
        }
        written = marks;
        named = names;
        writtenIn = palette;
        axes.setWidth(getWidth());
        axes.setHeight(getHeight());
        GraphicsContext g = axes.getGraphicsContext2D();
        g.clearRect(0, 0, getWidth(), getHeight());
        g.setFill(colour(palette.get("ink-soft"), 1));
        g.setFont(Font.font(title.getFont().getFamily(), 11));
        for (Mark mark : marks) {
            if (mark.inside()) {
                ground(g, mark.x - 3, mark.y, mark.text.length());
                g.setFill(colour(palette.get("ink-soft"), 1));
            }
            g.setTextAlign(mark.align);
            g.setTextBaseline(mark.base);
            if (mark.align == TextAlignment.RIGHT && mark.base == VPos.CENTER) {
                g.fillText(mark.text, mark.x, mark.y, LEFT - 8); // such as 0.000295: narrow rather than cut
            } else {
                g.fillText(mark.text, mark.x, mark.y);
            }
        }
        names.forEach(name -> write(g, name));
    }

    /** The colour beside the name rather than in it: letters need more contrast than lines. */
    private void write(GraphicsContext g, LineNames.Name name) {
        double right = LEFT + plotWidth() - 4;
        double y = TOP + name.y();
        g.setTextAlign(TextAlignment.RIGHT);
        g.setTextBaseline(VPos.CENTER);
        ground(g, right - LETTER * name.text().length() - 16, y, name.text().length() + 3);
        g.setFill(colour(palette.get("ink"), 1));
        g.fillText(name.text(), right - 12, y);
        g.setFill(colour(palette.series(name.colour()), 1));
        g.fillRect(right - 9, y - 1.5, 9, 3);
    }

    /** Lets words be read where lines run. */
    private void ground(GraphicsContext g, double left, double y, int letters) {
        g.setFill(colour(palette.get("plot"), 0.72));
        g.fillRoundRect(left, y - 6, LETTER * letters + 6, 12, 4, 4);
    }

    private static Color colour(int argb, double opacity) {
        return Color.rgb(argb >> 16 & 255, argb >> 8 & 255, argb & 255, opacity);
    }

    private List<Mark> marks(PlotPainter.Drawn drawn) {
        List<Mark> marks = new ArrayList<>();
        double written = Double.POSITIVE_INFINITY;
        for (Ticks.Tick tick : drawn.ticks()) {
            double y = TOP + plotHeight() * (1 - drawn.axis().positions().share(tick.position()));
            if (Math.abs(written - y) < LINE) {
                continue; // on a logarithmic axis they draw closer and closer
            }
            written = y;
            marks.add(new Mark(tick.label(), (int) LEFT - 6, (int) Math.round(y), TextAlignment.RIGHT, VPos.CENTER));
        }
        int most = (int) Math.max(2, plotWidth() / 46);
        for (Ticks.Tick tick : plot.empty() ? List.<Ticks.Tick>of() : labels.over(steps, most)) {
            double x = xOf(tick.position());
            boolean atTheEdge = x > getWidth() - 24;
            marks.add(new Mark(
                    tick.label(),
                    (int) Math.round(atTheEdge ? getWidth() - 2 : x),
                    (int) (TOP + plotHeight() + 5),
                    atTheEdge ? TextAlignment.RIGHT : TextAlignment.CENTER,
                    VPos.TOP));
        }
        for (Plot.Rule rule : plot.rules()) {
            double share = rule.vertical() ? -1 : drawn.axis().share(rule.at());
            if (share >= 0 && share <= 1 && !rule.label().isEmpty()) {
                // Above its line, or below where there is no room above.
                int y = (int) Math.round(TOP + plotHeight() * (1 - share) + (share > 0.85 ? 9 : -7));
                marks.add(new Mark(rule.label(), (int) LEFT + 6, y, TextAlignment.LEFT, VPos.CENTER));
            }
        }
        return marks;
    }

    private void placeCrosshair() {
        boolean shown = plot != null && !plot.empty() && steps.contains(cross);
        crosshair.setVisible(shown);
        if (shown) {
            crosshair.show(xOf(cross), TOP, TOP + plotHeight());
        }
        if (plot != null) {
            readout.setText(Readout.of(plot, labels, shown ? cross : steps.high(), plotWidth() > ROOMY));
            layoutReadout();
        }
    }

    private void layoutReadout() {
        readout.autosize();
        double alone = getWidth() - 12 - RIGHT - title.prefWidth(-1) - 4;
        double beside = alone - unit.prefWidth(-1) - 20;
        double wanted = readout.prefWidth(-1);
        boolean instead = wanted > beside && wanted <= alone; // numbers are worth more than what they are counted in
        boolean cuts = wanted > alone && wanted <= alone + title.prefWidth(-1) - LEAST_TITLE;
        unit.setVisible(!instead && !cuts);
        double width = cuts ? wanted : Math.clamp(wanted, 0, Math.max(0, instead ? alone : beside));
        double most = getWidth() - 12 - RIGHT - (cuts ? width + 4 : 0);
        title.resizeRelocate(12, 3, Math.min(title.prefWidth(-1), most), title.prefHeight(-1));
        readout.resizeRelocate(getWidth() - RIGHT - width, 3, width, 18);
    }

    @Override
    protected void layoutChildren() {
        image.relocate(LEFT, TOP);
        double beside = 12 + title.prefWidth(-1) + 8;
        unit.resizeRelocate(beside, 4, Math.clamp(unit.prefWidth(-1), 0, Math.max(0, getWidth() - RIGHT - beside)), 17);
        badge.autosize();
        badge.relocate(getWidth() - RIGHT - badge.prefWidth(-1) - 4, TOP + 6);
        missing.resizeRelocate(RIGHT, TOP, getWidth() - 2 * RIGHT, plotHeight());
        layoutReadout();
    }
}
