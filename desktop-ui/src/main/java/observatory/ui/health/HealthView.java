package observatory.ui.health;

import javafx.scene.control.TableView;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.frame.Screen;
import observatory.ui.frame.Tables;

/** The observatory's own state in a table. */
public final class HealthView implements Screen {
    private final HealthModel model;
    private final TableView<HealthModel.Row> table = Tables.of("Health of the observatory", "");
    private final VBox root;

    public HealthView(Workbench bench) {
        this.model = new HealthModel(bench);
        Tables.text(table, "", 30, row -> row.good() ? "✓" : "▲");
        Tables.text(table, "what", 190, HealthModel.Row::what);
        Tables.text(table, "value", 130, HealthModel.Row::value);
        Tables.paragraph(table, "meaning", 380, HealthModel.Row::meaning);
        VBox.setVgrow(table, Priority.ALWAYS);
        root = new VBox(10, table);
        root.getStyleClass().add("screen");
    }

    @Override
    public String title() {
        return "Health";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        Tables.fill(table, model.rows(), HealthModel.Row::what);
    }
}
