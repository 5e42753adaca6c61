package observatory.ui.layers;

import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.paint.CycleMethod;
import javafx.scene.paint.LinearGradient;
import javafx.scene.paint.Stop;
import javafx.scene.shape.Rectangle;
import observatory.ui.chart.Cividis;
import observatory.ui.chart.HeatCells;
import observatory.ui.chart.Numbers;

/** What the shades of a heat map stand for. */
final class HeatLegend {
    private static final int STOPS = 10;

    private final Label low = new Label();
    private final Label high = new Label();
    private final HBox root;

    HeatLegend() {
        Stop[] stops = new Stop[STOPS];
        for (int i = 0; i < STOPS; i++) {
            double share = (double) i / (STOPS - 1);
            int argb = Cividis.of(share);
            stops[i] = new Stop(share, Color.rgb(argb >> 16 & 255, argb >> 8 & 255, argb & 255));
        }
        Rectangle bar = new Rectangle(120, 12, new LinearGradient(0, 0, 1, 0, true, CycleMethod.NO_CYCLE, stops));
        Label key = new Label("✕ NaN  ▲ Inf  ▨ no data");
        for (Label label : new Label[] {low, high, key}) {
            label.getStyleClass().add("soft");
            label.setMinWidth(Region.USE_PREF_SIZE);
        }
        root = new HBox(6, low, bar, high, key);
        root.getStyleClass().add("controls");
    }

    Region node() {
        return root;
    }

    void show(HeatCells cells, boolean relative) {
        boolean any = cells.low() <= cells.high();
        String unit = relative ? " dev." : "";
        low.setText(any ? Numbers.of(cells.low()) + unit : "");
        high.setText(any ? Numbers.of(cells.high()) + unit + (cells.logarithmic() ? " (log)" : "") : "");
    }
}
