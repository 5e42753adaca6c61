package observatory.ui.chart;

import javafx.scene.shape.Line;

/** The line across a chart at the step that all charts point to. */
final class Crosshair extends Line {
    Crosshair() {
        getStyleClass().add("crosshair");
        setMouseTransparent(true);
    }

    /** Stands at a position, on a whole pixel, from one height to another. */
    void show(double x, double top, double bottom) {
        double sharp = Math.floor(x) + 0.5;
        setStartX(sharp);
        setEndX(sharp);
        setStartY(top);
        setEndY(bottom);
        setVisible(true);
    }
}
