package observatory.ui.probes;

import java.util.Optional;
import java.util.function.Function;
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

/** Who looks where, what that costs, and what was changed. */
public final class ProbesView implements Screen {
    private static final double LOW_SHARE = 0.28;

    private final Workbench bench;
    private final ProbesModel model;
    private final ProbeTreeView tree;
    private final ControlBar controls;
    private final TableView<ProbesModel.Change> changes = Tables.of("Changes", "");
    private final PlotView cost;
    private final VBox root;

    public ProbesView(Workbench bench, Optional<Control> control) {
        this.bench = bench;
        this.model = new ProbesModel(bench);
        this.cost = new PlotView(bench, bench.labels());
        this.controls = new ControlBar(bench, control);
        this.tree = new ProbeTreeView(model.tree(), controls::choose);
        Tables.text(changes, "step", 60, ProbesModel.Change::step);
        Tables.text(changes, "what", 100, ProbesModel.Change::kind);
        Tables.text(changes, "details", 620, ProbesModel.Change::what);
        HBox low = new HBox(10, cost, changes);
        HBox.setHgrow(changes, Priority.ALWAYS);
        HBox.setHgrow(cost, Priority.ALWAYS);
        cost.setPrefWidth(380);
        changes.setPrefWidth(420);
        low.setMinHeight(150);
        root = new VBox(10, tree.node(), controls.node(), low);
        root.getStyleClass().add("screen");
        low.prefHeightProperty().bind(root.heightProperty().multiply(LOW_SHARE));
        VBox.setVgrow(tree.node(), Priority.ALWAYS);
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
        tree.refresh();
        Tables.fill(changes, model.changes(), Function.identity());
        Tables.none(changes, bench.missing("Nothing was changed while this run was watched."));
        cost.draw(model.cost(), bench.steps(), bench.themeProperty().get().palette());
        cost.crosshair(bench.crosshairProperty().get());
    }
}
