package observatory.ui.overview;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.RowConstraints;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotView;
import observatory.ui.chart.StepLabels;
import observatory.ui.frame.Screen;
import observatory.ui.incident.IncidentList;

/** The main curves beside the incidents. */
public final class OverviewView implements Screen {
    private final Workbench bench;
    private final OverviewModel model;
    private final GridPane charts = new GridPane(10, 10);
    private final List<PlotView> views = new ArrayList<>();
    private final IncidentList incidents;
    private final HBox root;

    public OverviewView(Workbench bench) {
        this.bench = bench;
        this.model = new OverviewModel(bench);
        this.incidents = new IncidentList(bench);
        this.root = new HBox(12, charts, incidents.node());
        root.getStyleClass().add("screen");
        HBox.setHgrow(charts, Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Overview";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        List<Plot> plots = model.plots();
        if (plots.size() != views.size()) {
            arrange(plots.size());
        }
        for (int i = 0; i < views.size(); i++) {
            views.get(i)
                    .draw(
                            plots.get(i),
                            bench.steps(),
                            bench.themeProperty().get().palette());
            views.get(i).crosshair(bench.crosshairProperty().get());
        }
        incidents.refresh(model.incidents());
    }

    /** Up to three charts lie below each other, more in two columns. */
    private void arrange(int count) {
        charts.getChildren().clear();
        charts.getColumnConstraints().clear();
        charts.getRowConstraints().clear();
        views.clear();
        int columns = count > 3 ? 2 : 1;
        for (int i = 0; i < columns; i++) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(100.0 / columns);
            charts.getColumnConstraints().add(column);
        }
        for (int i = 0; i < (count + columns - 1) / columns; i++) {
            RowConstraints row = new RowConstraints(120, 200, Double.MAX_VALUE);
            row.setVgrow(Priority.ALWAYS);
            charts.getRowConstraints().add(row);
        }
        for (int i = 0; i < count; i++) {
            PlotView view = new PlotView(bench, StepLabels.STEPS);
            views.add(view);
            charts.add(view, i % columns, i / columns);
        }
    }
}
