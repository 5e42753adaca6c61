package observatory.ui.chart;

import javafx.scene.layout.Region;
import javafx.scene.shape.Rectangle;

/** A plot without axes, as wide as it can be, under a brush: the part of the run that all charts show. */
public final class Strip extends Region {
    private static final double EDGE = 6;

    private final PlotActions actions;
    private final PixelImage image = new PixelImage();
    private final Rectangle brush = new Rectangle();
    private final Crosshair crosshair = new Crosshair();
    private Span whole;
    private Span shown;
    private double pressed;
    private Span pressedSpan;
    private Grip grip = Grip.NEW;

    /** What a drag moves. */
    private enum Grip {
        NEW,
        LOW,
        HIGH,
        ALL
    }

    public Strip(PlotActions actions) {
        this.actions = actions;
        getStyleClass().add("strip");
        brush.getStyleClass().add("brush");
        brush.setMouseTransparent(true);
        getChildren().addAll(image, brush, crosshair);
        setOnMousePressed(event -> {
            pressed = event.getX();
            pressedSpan = shown;
            grip = gripAt(event.getX());
        });
        setOnMouseDragged(event -> drag(event.getX()));
        setOnMouseClicked(event -> {
            if (event.getClickCount() == 2) {
                actions.fit();
            } else if (Math.abs(event.getX() - pressed) < 3 && whole != null) {
                actions.pick(stepAt(event.getX()));
            }
        });
    }

    public void draw(Plot plot, Span all, Span inView, double cross, Palette palette) {
        whole = all;
        shown = inView;
        if (getWidth() < 2 || getHeight() < 2) {
            return;
        }
        double scale = PixelImage.density(this);
        image.paint(getWidth(), getHeight(), scale, raster -> PlotPainter.paint(raster, plot, all, palette, scale));
        brush.setVisible(!inView.equals(all));
        brush.setX(xOf(inView.low()));
        brush.setWidth(Math.max(3, xOf(inView.high()) - xOf(inView.low())));
        brush.setHeight(getHeight());
        crosshair.setVisible(all.contains(cross));
        if (crosshair.isVisible()) {
            crosshair.show(xOf(cross), 0, getHeight());
        }
    }

    public double xOf(double step) {
        return whole == null ? 0 : Math.clamp(whole.share(step), 0, 1) * getWidth();
    }

    private double stepAt(double x) {
        return whole.at(Math.clamp(x / Math.max(1, getWidth()), 0, 1));
    }

    private Grip gripAt(double x) {
        if (whole == null || !brush.isVisible()) {
            return Grip.NEW;
        }
        if (Math.abs(x - xOf(shown.low())) < EDGE) {
            return Grip.LOW;
        }
        if (Math.abs(x - xOf(shown.high())) < EDGE) {
            return Grip.HIGH;
        }
        return shown.contains(stepAt(x)) ? Grip.ALL : Grip.NEW;
    }

    private void drag(double x) {
        if (whole == null || pressedSpan == null) {
            return;
        }
        double at = stepAt(x);
        switch (grip) {
            case NEW -> actions.show(Span.over(Math.min(at, stepAt(pressed)), Math.max(at, stepAt(pressed))));
            case LOW -> actions.show(Span.over(Math.min(at, pressedSpan.high()), pressedSpan.high()));
            case HIGH -> actions.show(Span.over(pressedSpan.low(), Math.max(at, pressedSpan.low())));
            case ALL -> actions.show(pressedSpan.moved(at - stepAt(pressed)));
        }
    }
}
