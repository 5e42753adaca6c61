package observatory.ui.frame;

import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.chart.ChartTable;
import observatory.ui.chart.Twin;

/** The twin of a chart in numbers, for those who cannot see it or want to read it. */
final class TableSheet {
    private TableSheet() {}

    static Region of(Twin twin) {
        ChartTable table = twin.table(ChartTable.ON_SCREEN, false);
        TableView<List<String>> view = Tables.of(twin.sentence(), "There is nothing in this chart.");
        for (int i = 0; i < table.columns().size(); i++) {
            int column = i;
            Tables.number(view, table.columns().get(i), 150, row -> row.get(column));
        }
        view.getItems().setAll(table.rows());
        VBox.setVgrow(view, Priority.ALWAYS);
        Label title = Labels.styled(twin.title() + " in numbers", "section-title");
        Label summary = new Label(twin.sentence());
        summary.setWrapText(true);
        Label close =
                new Label((table.whole() ? "" : "The first " + ChartTable.ON_SCREEN + " rows; Ctrl+C exports all.  ")
                        + "Esc closes this table.");
        close.getStyleClass().add("soft");
        VBox box = new VBox(10, title, summary, view, close);
        box.getStyleClass().add("sheet");
        box.setMaxSize(760, 560);
        return box;
    }
}
