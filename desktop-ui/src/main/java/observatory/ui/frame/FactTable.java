package observatory.ui.frame;

import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;

/** A table of names and values. */
final class FactTable extends TableView<Facts.Row> {
    FactTable() {
        TableColumn<Facts.Row, String> name = new TableColumn<>("what");
        name.setCellValueFactory(row -> new ReadOnlyStringWrapper(row.getValue().name()));
        TableColumn<Facts.Row, String> value = new TableColumn<>("value");
        value.setCellValueFactory(
                row -> new ReadOnlyStringWrapper(row.getValue().value()));
        value.getStyleClass().add("number-column");
        name.setMinWidth(140);
        value.setMinWidth(86);
        value.setMaxWidth(110);
        getColumns().add(name);
        getColumns().add(value);
        setColumnResizePolicy(CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
        getStyleClass().addAll("dense", "facts");
        Label none = Labels.styled("Nothing was measured here.", "soft");
        setPlaceholder(none);
    }
}
