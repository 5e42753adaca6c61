package observatory.ui.chart;

import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.ScrollEvent;

/** A hand on a chart: hovering moves the crosshair, dragging marks a stretch, scrolling zooms, a double click fits. */
final class PlotMouse {
    private static final double LEAST_DRAG = 4;
    private static final double ZOOM = 1.0015;

    private final PlotView view;
    private final PlotActions actions;
    private double pressedAt;

    PlotMouse(PlotView view, PlotActions actions) {
        this.view = view;
        this.actions = actions;
    }

    void attach() {
        view.setOnMouseMoved(event -> ifDrawn(() -> actions.hover(view.stepAt(event.getX()))));
        view.setOnMouseExited(event -> actions.hover(Double.NaN));
        view.setOnMousePressed(event -> {
            view.requestFocus();
            pressedAt = event.getX();
        });
        view.setOnMouseDragged(event -> ifDrawn(() -> drag(event)));
        view.setOnMouseReleased(event -> ifDrawn(() -> release(event)));
        view.setOnScroll(event -> ifDrawn(() -> scroll(event)));
    }

    private void ifDrawn(Runnable action) {
        if (view.steps() != null) {
            action.run();
        }
    }

    private void drag(MouseEvent event) {
        double from = view.xOf(view.stepAt(Math.min(pressedAt, event.getX())));
        double to = view.xOf(view.stepAt(Math.max(pressedAt, event.getX())));
        view.selection().setX(from);
        view.selection().setY(view.top());
        view.selection().setWidth(Math.max(0, to - from));
        view.selection().setHeight(view.plotHeight());
        view.selection().setVisible(to - from >= LEAST_DRAG);
    }

    private void release(MouseEvent event) {
        boolean marked = view.selection().isVisible();
        view.selection().setVisible(false);
        if (marked) {
            double low = view.stepAt(Math.min(pressedAt, event.getX()));
            double high = view.stepAt(Math.max(pressedAt, event.getX()));
            actions.show(Span.over(low, high));
        } else if (event.getButton() == MouseButton.PRIMARY && event.getClickCount() == 2) {
            actions.fit();
        } else if (event.getButton() == MouseButton.PRIMARY) {
            actions.pick(view.stepAt(event.getX()));
        }
    }

    private void scroll(ScrollEvent event) {
        event.consume();
        if (event.isShiftDown() || event.getDeltaX() != 0) {
            double by = event.getDeltaX() + event.getDeltaY();
            actions.show(
                    view.steps().moved(-by / view.plotWidth() * view.steps().length()));
        } else if (event.isControlDown()) {
            actions.show(view.steps().zoomed(Math.pow(ZOOM, -event.getDeltaY()), view.stepAt(event.getX())));
        }
    }
}
