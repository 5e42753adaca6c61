package observatory.ui.probes;

import java.util.Optional;
import javafx.scene.control.TableView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.chart.PlotView;
import observatory.ui.frame.Control;
import observatory.ui.frame.Screen;
import observatory.ui.frame.Tables;

/** The catalogue of probes and which of them are on, what they cost, and what was changed. */
public final class ProbesView implements Screen {
    private final Workbench bench;
    private final ProbesModel model;
    private final TableView<ProbesModel.Row> probes = Tables.of("Probes", "");
    private final TableView<ProbesModel.Change> changes =
            Tables.of("Changes", "Nothing was changed while this run was watched.");
    private final PlotView cost;
    private final VBox root;

    public ProbesView(Workbench bench, Optional<Control> control) {
        this.bench = bench;
        this.model = new ProbesModel(bench);
        this.cost = new PlotView(bench, bench.labels());
        Tables.text(probes, "probe", 170, ProbesModel.Row::probe);
        Tables.text(probes, "looks at", 150, ProbesModel.Row::where);
        Tables.text(probes, "on", 110, ProbesModel.Row::every);
        Tables.text(probes, "last seen", 90, ProbesModel.Row::last);
        Tables.text(probes, "pack", 90, ProbesModel.Row::pack);
        Tables.text(probes, "metrics", 460, ProbesModel.Row::metrics);
        Tables.text(changes, "step", 60, ProbesModel.Change::step);
        Tables.text(changes, "what", 100, ProbesModel.Change::kind);
        Tables.text(changes, "details", 620, ProbesModel.Change::what);
        HBox low = new HBox(10, cost, changes);
        HBox.setHgrow(changes, Priority.ALWAYS);
        HBox.setHgrow(cost, Priority.ALWAYS);
        cost.setPrefWidth(380);
        changes.setPrefWidth(420);
        low.setPrefHeight(200);
        low.setMinHeight(150);
        root = new VBox(10, probes, new ControlBar(bench, control).node(), low);
        root.getStyleClass().add("screen");
        VBox.setVgrow(probes, Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Probes";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        Tables.fill(probes, model.rows());
        Tables.fill(changes, model.changes());
        cost.draw(model.cost(), bench.steps(), bench.themeProperty().get().palette());
        cost.crosshair(bench.crosshairProperty().get());
    }
}
