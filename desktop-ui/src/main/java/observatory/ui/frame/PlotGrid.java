package observatory.ui.frame;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.RowConstraints;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotView;

/**
 * Charts of the same steps, side by side and below each other, as many as there are plots. The first, which matters most,
 * takes the place that would be left over.
 */
public final class PlotGrid {
    private static final double LEAST_HEIGHT = 96;

    private final Workbench bench;
    private final GridPane grid = new GridPane(10, 10);
    private final List<PlotView> views = new ArrayList<>();
    private int turn;

    public PlotGrid(Workbench bench) {
        this.bench = bench;
        grid.setMinHeight(0);
    }

    public Region node() {
        return grid;
    }

    public void show(List<Plot> plots) {
        if (plots.size() != views.size()) {
            arrange(plots.size());
        }
        draw(plots, 0, 1);
    }

    /** Every other chart, and with the next call the others: drawing is most of what a frame takes. */
    public void follow(List<Plot> plots) {
        if (plots.size() != views.size()) {
            show(plots);
        } else {
            draw(plots, turn, 2);
            turn = 1 - turn;
        }
    }

    private void draw(List<Plot> plots, int from, int every) {
        for (int i = from; i < views.size(); i += every) {
            views.get(i)
                    .draw(
                            plots.get(i),
                            bench.steps(),
                            bench.themeProperty().get().palette());
            views.get(i).crosshair(bench.crosshairProperty().get());
        }
    }

    private void arrange(int count) {
        grid.getChildren().clear();
        grid.getColumnConstraints().clear();
        grid.getRowConstraints().clear();
        views.clear();
        int columns = count > 4 ? 3 : count > 1 ? 2 : 1;
        for (int i = 0; i < columns; i++) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(100.0 / columns);
            grid.getColumnConstraints().add(column);
        }
        int rows = (count + columns - 1) / columns;
        int first = rows > 1 && rows * columns - count == 1 ? 2 : 1;
        for (int i = 0; i < rows; i++) {
            RowConstraints row = new RowConstraints(LEAST_HEIGHT, 200, Double.MAX_VALUE);
            row.setVgrow(Priority.ALWAYS);
            grid.getRowConstraints().add(row);
        }
        for (int i = 0; i < count; i++) {
            PlotView view = new PlotView(bench, bench.labels());
            views.add(view);
            int place = i == 0 ? 0 : i + first - 1;
            grid.add(view, place % columns, place / columns, i == 0 ? first : 1, 1);
        }
    }
}
