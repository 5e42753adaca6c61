package observatory.ui.chart;

import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import javafx.application.Platform;
import javafx.geometry.VPos;
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
 * A heat map on the screen. It is worked out and drawn on a thread of its own, one picture at a time, because a hundred
 * sites over a hundred thousand steps take longer than the window may wait.
 */
public final class HeatView extends Region implements Drawn {
    private static final double LEFT = 150;
    private static final double RIGHT = 10;
    private static final double TOP = 6;
    private static final double BOTTOM = 20;
    private static final double LINE = 11.5; // from one label to the next
    private static final double SHIFT = 4; // that a label may stand beside its row
    private static final int SHORT = 3; // letters
    private static final double SHORT_NAME = 28;
    private static final double LONG_NAME = 88;
    private static final ExecutorService PAINTER = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("observatory-heat").daemon().factory());

    private final PixelImage image = new PixelImage();
    private final Canvas axes = new Canvas();
    private final Crosshair crosshair = new Crosshair();
    private final Rectangle chosen = new Rectangle();
    private final Label empty = new Label();
    private final BiConsumer<HeatCells, HeatMap> drawn;
    private final StepLabels labels;
    private HeatMap map;
    private HeatMap shown;
    private Span steps;
    private Palette palette;
    private boolean busy;
    private boolean pending;
    private double cross = Double.NaN;
    private int chosenRow = -1;

    /** What a hand on the map asks for. */
    public interface Picking {
        /** A row and a step. */
        void pick(int row, double step);

        /** The group of a row, to be folded or unfolded. */
        void fold(int row);
    }

    /** @param drawn told, on the thread of the window, what is on the screen now */
    public HeatView(PlotActions actions, StepLabels labels, Picking picking, BiConsumer<HeatCells, HeatMap> drawn) {
        this.labels = labels;
        this.drawn = drawn;
        getStyleClass().addAll("plot", "heat");
        chosen.getStyleClass().add("chosen-row");
        axes.setMouseTransparent(true);
        chosen.setMouseTransparent(true);
        empty.getStyleClass().add("soft");
        getChildren().addAll(image, axes, chosen, crosshair, empty);
        setFocusTraversable(true);
        setAccessibleRole(AccessibleRole.IMAGE_VIEW);
        setOnMouseMoved(event -> {
            if (steps != null) {
                actions.hover(stepAt(event.getX()));
            }
        });
        setOnMouseExited(event -> actions.hover(Double.NaN));
        setOnMouseClicked(event -> {
            requestFocus();
            int row = rowAt(event.getY());
            if (row >= 0 && event.getX() < LEFT) {
                picking.fold(row);
            } else if (row >= 0) {
                picking.pick(row, stepAt(event.getX()));
            }
        });
        widthProperty().addListener(changed -> repaint());
        heightProperty().addListener(changed -> repaint());
    }

    public void draw(HeatMap next, Span over, int row, double step, Palette colours) {
        map = next;
        steps = over;
        palette = colours;
        chosenRow = row;
        cross = step;
        repaint();
    }

    @Override
    public Optional<Twin> twin() {
        return Optional.ofNullable(map)
                .filter(any -> !any.rows().isEmpty())
                .map(shownNow -> new HeatTwin(shownNow, steps));
    }

    private void repaint() {
        if (map == null || getWidth() < LEFT + RIGHT + 8 || getHeight() < TOP + BOTTOM + 8) {
            return;
        }
        empty.setText(map.missing());
        empty.setVisible(map.rows().isEmpty());
        image.setVisible(!map.rows().isEmpty());
        if (busy) {
            pending = true;
            return;
        }
        busy = true;
        HeatMap painting = map;
        Span over = steps;
        Palette colours = palette;
        double scale = PixelImage.density(this);
        int width = Math.max(1, (int) Math.round(plotWidth() * scale));
        int height = Math.max(1, (int) Math.round(plotHeight() * scale));
        int columns = painting.columns(over, plotWidth());
        PAINTER.execute(() -> {
            try {
                Raster raster = Raster.of(width, height);
                HeatCells cells = HeatCells.of(painting, over, columns);
                HeatPainter.paint(raster, cells, colours, scale);
                Platform.runLater(() -> show(raster, cells, painting, over));
            } catch (RuntimeException | Error e) {
                Platform.runLater(() -> busy = false); // the next picture is tried all the same
                throw e;
            }
        });
    }

    private void show(Raster raster, HeatCells cells, HeatMap painted, Span over) {
        busy = false;
        shown = painted;
        image.show(raster, plotWidth(), plotHeight());
        drawAxes(painted, over);
        placeMarks();
        drawn.accept(cells, painted);
        if (pending) {
            pending = false;
            repaint();
        }
    }

    private void drawAxes(HeatMap painted, Span over) {
        axes.setWidth(getWidth());
        axes.setHeight(getHeight());
        GraphicsContext g = axes.getGraphicsContext2D();
        g.clearRect(0, 0, getWidth(), getHeight());
        if (painted.rows().isEmpty()) {
            return; // a sentence stands there
        }
        Color ink = colour("ink-soft");
        g.setFill(ink);
        g.setStroke(colour("plot"));
        g.setFont(Font.font(empty.getFont().getFamily(), 11));
        g.setTextBaseline(VPos.CENTER);
        double height = plotHeight() / Math.max(1, painted.rows().size());
        double nameWidth =
                painted.rows().stream().anyMatch(row -> row.name().length() > SHORT) ? LONG_NAME : SHORT_NAME;
        int from = 0;
        double lastLabel = Double.NEGATIVE_INFINITY;
        double lastName = Double.NEGATIVE_INFINITY;
        for (int row = 1; row <= painted.rows().size(); row++) {
            boolean ends = row == painted.rows().size()
                    || !painted.rows()
                            .get(row)
                            .group()
                            .equals(painted.rows().get(from).group());
            if (!ends) {
                continue;
            }
            double middle = TOP + (from + row) / 2.0 * height;
            double y = Math.max(middle, lastLabel + LINE);
            if (y - middle <= SHIFT) {
                g.setTextAlign(TextAlignment.LEFT);
                g.fillText(painted.rows().get(from).group(), 8, y, LEFT - nameWidth - 14);
                lastLabel = y;
            }
            if (row < painted.rows().size() && height * painted.rows().size() > 8) {
                g.strokeLine(LEFT, TOP + row * height, LEFT + plotWidth(), TOP + row * height);
            }
            lastName = names(g, painted, new int[] {from, row}, height, nameWidth, lastName);
            from = row;
        }
        g.setTextAlign(TextAlignment.CENTER);
        g.setTextBaseline(VPos.TOP);
        for (Ticks.Tick tick : labels.over(over, (int) Math.max(2, plotWidth() / 60))) {
            double x = LEFT + over.share(tick.position()) * plotWidth();
            g.fillText(tick.label(), Math.min(x, getWidth() - 18), TOP + plotHeight() + 5);
        }
    }

    /** The names of a group's rows for which there is room; where the last one stands. */
    private static double names(
            GraphicsContext g, HeatMap painted, int[] group, double height, double width, double last) {
        int every = (int) Math.max(1, Math.ceil(LINE / height));
        g.setTextAlign(TextAlignment.RIGHT);
        double written = last;
        if (every > 1 && (group[1] - group[0]) * height < 3 * LINE && group[1] - group[0] > 1 && width == SHORT_NAME) {
            double middle = TOP + (group[0] + group[1]) / 2.0 * height;
            String first = painted.rows().get(group[0]).name();
            String end = painted.rows().get(group[1] - 1).name();
            if (middle - written >= LINE) {
                g.fillText(first + "–" + end, LEFT - 6, middle, width);
                written = middle;
            }
            return written;
        }
        for (int row = group[0]; row < group[1]; row += every) {
            double y = TOP + (row + 0.5) * height;
            if (y - written >= LINE) {
                g.fillText(painted.rows().get(row).name(), LEFT - 6, y, width);
                written = y;
            }
        }
        return written;
    }

    private void placeMarks() {
        double height = plotHeight() / Math.max(1, map.rows().size());
        chosen.setVisible(chosenRow >= 0 && chosenRow < map.rows().size());
        chosen.setX(LEFT);
        chosen.setY(TOP + chosenRow * height);
        chosen.setWidth(plotWidth());
        chosen.setHeight(Math.max(3, height));
        crosshair.setVisible(steps.contains(cross));
        if (crosshair.isVisible()) {
            crosshair.show(LEFT + steps.share(cross) * plotWidth(), TOP, TOP + plotHeight());
        }
    }

    private Color colour(String name) {
        int argb = palette.get(name);
        return Color.rgb(argb >> 16 & 255, argb >> 8 & 255, argb & 255);
    }

    private double plotWidth() {
        return Math.max(1, getWidth() - LEFT - RIGHT);
    }

    private double plotHeight() {
        return Math.max(1, getHeight() - TOP - BOTTOM);
    }

    private double stepAt(double x) {
        return steps.at(Math.clamp((x - LEFT) / plotWidth(), 0, 1));
    }

    private int rowAt(double y) {
        if (shown == null || y < TOP || y >= TOP + plotHeight()) {
            return -1;
        }
        return (int) ((y - TOP) / plotHeight() * shown.rows().size());
    }

    @Override
    protected void layoutChildren() {
        image.relocate(LEFT, TOP);
        empty.autosize();
        empty.relocate((getWidth() - empty.getWidth()) / 2, (getHeight() - empty.getHeight()) / 2);
    }
}
