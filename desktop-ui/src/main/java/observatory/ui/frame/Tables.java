package observatory.ui.frame;

import java.util.List;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.collections.ListChangeListener;
import javafx.scene.control.Label;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;

/** Tables of text that are filled anew only when their rows have changed. */
public final class Tables {
    private static final double SCROLL_BAR = 12;

    private Tables() {}

    /** @param what the table is of, for screen readers; {@code none} is shown where it is empty */
    public static <R> TableView<R> of(String what, String none) {
        TableView<R> table = new TableView<>();
        table.setAccessibleText(what);
        table.getStyleClass().add("dense");
        Label empty = Labels.styled(none, "soft");
        empty.setWrapText(true);
        table.setPlaceholder(empty);
        table.widthProperty().addListener(changed -> stretch(table));
        table.getColumns().addListener((ListChangeListener<TableColumn<R, ?>>) changed -> {
            table.getColumns().forEach(column -> column.setPrefWidth((double) column.getUserData()));
            stretch(table);
        });
        return table;
    }

    public static <R> void text(TableView<R> table, String title, double width, Function<R, String> of) {
        table.getColumns().add(column(title, width, of));
    }

    public static <R> void number(TableView<R> table, String title, double width, Function<R, String> of) {
        TableColumn<R, String> column = column(title, width, of);
        column.getStyleClass().add("number-column");
        table.getColumns().add(column);
    }

    /** The last column takes what room the others leave, and never less than it was made with. */
    private static void stretch(TableView<?> table) {
        if (table.getColumns().isEmpty()) {
            return;
        }
        TableColumn<?, ?> last = table.getColumns().getLast();
        double others = table.getColumns().stream()
                .filter(column -> column != last)
                .mapToDouble(TableColumn::getWidth)
                .sum();
        last.setPrefWidth(Math.max((double) last.getUserData(), table.getWidth() - others - SCROLL_BAR));
    }

    /**
     * Fills the table. What was chosen stays chosen wherever its row has gone.
     *
     * @param key what a row is about, the same however its values change
     */
    public static <R> void fill(TableView<R> table, List<R> rows, Function<R, ?> key) {
        R chosen = table.getSelectionModel().getSelectedItem();
        fill(table, rows, key, chosen == null ? null : key.apply(chosen));
    }

    /** Fills the table, and chooses the row that is about something; none where there is no such row. */
    public static <R> void fill(TableView<R> table, List<R> rows, Function<R, ?> key, Object about) {
        if (!table.getItems().equals(rows)) {
            table.getItems().setAll(rows);
        }
        R chosen = rows.stream()
                .filter(row -> key.apply(row).equals(about))
                .findFirst()
                .orElse(null);
        if (chosen == null) {
            table.getSelectionModel().clearSelection();
        } else if (!chosen.equals(table.getSelectionModel().getSelectedItem())) {
            table.getSelectionModel().select(chosen);
        }
    }

    private static <R> TableColumn<R, String> column(String title, double width, Function<R, String> of) {
        TableColumn<R, String> column = new TableColumn<>(title);
        column.setCellValueFactory(row -> new ReadOnlyStringWrapper(of.apply(row.getValue())));
        column.setPrefWidth(width);
        column.setUserData(width);
        column.setSortable(false);
        return column;
    }
}
