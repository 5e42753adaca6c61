package observatory.ui.frame;

import java.util.List;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.chart.ChartTable;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Span;
import observatory.ui.chart.Summary;

/** The twin of a chart in numbers, for those who cannot see it or want to read it. */
final class TableSheet {
    private TableSheet() {}

    static Region of(Plot plot, Span steps) {
        ChartTable table = ChartTable.of(plot, steps, ChartTable.ON_SCREEN);
        TableView<List<String>> view = new TableView<>();
        for (int i = 0; i < table.columns().size(); i++) {
            int column = i;
            TableColumn<List<String>, String> one =
                    new TableColumn<>(table.columns().get(i));
            one.setCellValueFactory(
                    row -> new ReadOnlyStringWrapper(row.getValue().get(column)));
            one.setPrefWidth(150);
            one.getStyleClass().add("number-column");
            view.getColumns().add(one);
        }
        view.getItems().setAll(table.rows());
        view.getStyleClass().add("dense");
        view.setAccessibleText(Summary.of(plot, steps));
        VBox.setVgrow(view, Priority.ALWAYS);
        Label title = new Label(plot.title() + " in numbers");
        title.getStyleClass().add("section-title");
        Label summary = new Label(Summary.of(plot, steps));
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
