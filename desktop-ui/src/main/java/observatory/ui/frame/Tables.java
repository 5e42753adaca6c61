package observatory.ui.frame;

import java.util.List;
import java.util.function.Function;
import javafx.application.Platform;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableColumnBase;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.control.TreeTableView;
import javafx.scene.text.Text;

/** Tables of text that are filled anew only when their rows have changed. */
public final class Tables {
    private static final double LEAST = 64; // of a column; narrower, numbers are cut
    private static final double BAR = 14; // what a tree that is unfolded needs at its side, and asks for too late
    private static final double TIP_WIDTH = 480;
    private static final double BESIDE = 16; // what a cell takes beside its text
    private static final String NUMBER = "number-column";
    private static final String ROOM = "observatory.room"; // that the columns of a table share

    private Tables() {}

    /** @param what the table is of, for screen readers; {@code none} is shown where it is empty */
    public static <R> TableView<R> of(String what, String none) {
        TableView<R> table = new TableView<>();
        table.setAccessibleText(what);
        table.getStyleClass().add("dense");
        Label empty = Labels.styled(none, "soft");
        empty.setWrapText(true);
        table.setPlaceholder(empty);
        table.setColumnResizePolicy(change -> {
            if (change.getColumn() != null) {
                return TableView.UNCONSTRAINED_RESIZE_POLICY.call(change); // a person draws at one
            }
            table.getProperties().put(ROOM, change.getContentWidth());
            return share(table.getVisibleLeafColumns(), change.getContentWidth());
        });
        return table;
    }

    /** What is said where the table is empty, from now on. */
    public static void none(TableView<?> table, String text) {
        ((Label) table.getPlaceholder()).setText(text);
    }

    /** Has the columns of a tree, each a {@link #wishing} one, share its room as those of a table do. */
    public static void share(TreeTableView<?> tree) {
        tree.setColumnResizePolicy(change -> change.getColumn() == null
                ? share(tree.getVisibleLeafColumns(), change.getContentWidth() - BAR)
                : TreeTableView.UNCONSTRAINED_RESIZE_POLICY.call(change));
    }

    /** The same column, which is as wide as it wishes where there is room. */
    public static <C extends TableColumnBase<?, ?>> C wishing(C column, double width, boolean number) {
        column.setUserData(width);
        column.setSortable(false);
        if (number) {
            column.getStyleClass().add(NUMBER);
        }
        return column;
    }

    public static <R> void text(TableView<R> table, String title, double width, Function<R, String> of) {
        table.getColumns().add(wishing(column(title, of), width, false));
    }

    /** Sentences, which take the lines they need. */
    public static <R> void paragraph(TableView<R> table, String title, double width, Function<R, String> of) {
        TableColumn<R, String> column = wishing(column(title, of), width, false);
        column.setCellFactory(each -> new Paragraph<>());
        table.getColumns().add(column);
    }

    public static <R> void number(TableView<R> table, String title, double width, Function<R, String> of) {
        table.getColumns().add(wishing(column(title, of), width, true));
    }

    /**
     * Columns share the room. Numbers are never cut: where there is too little, the widest texts give way, and where those
     * could not be read any more, it scrolls. What is left over is the last one's, whose text is the longest; where that is
     * a number, it is everybody's.
     */
    private static boolean share(List<? extends TableColumnBase<?, ?>> columns, double room) {
        if (columns.isEmpty()) {
            return true;
        }
        double numbers = columns.stream()
                .filter(Tables::ofNumbers)
                .mapToDouble(Tables::wished)
                .sum();
        double[] texts = columns.stream()
                .filter(column -> !ofNumbers(column))
                .mapToDouble(Tables::wished)
                .sorted()
                .toArray();
        double most = Math.max(LEAST, most(texts, room - numbers));
        double left = Math.max(
                0,
                room
                        - columns.stream()
                                .mapToDouble(column -> width(column, most))
                                .sum());
        TableColumnBase<?, ?> last = columns.getLast();
        double each = ofNumbers(last) ? Math.floor(left / columns.size()) : 0;
        for (TableColumnBase<?, ?> column : columns) {
            double more = column == last ? left - each * (columns.size() - 1) : each;
            column.setPrefWidth(width(column, most) + more);
        }
        return true;
    }

    /** @param most what a text may have */
    private static double width(TableColumnBase<?, ?> column, double most) {
        return ofNumbers(column) ? wished(column) : Math.min(wished(column), most);
    }

    /** A number that is longer than its column was made for gets the room; the column never becomes narrower again. */
    private static void widen(TableView<?> table, TableColumnBase<?, ?> column, double needed) {
        if (needed > wished(column) && table.getProperties().get(ROOM) instanceof Double room) {
            column.setUserData(Math.ceil(needed));
            share(table.getVisibleLeafColumns(), room);
        }
    }

    private static boolean ofNumbers(TableColumnBase<?, ?> column) {
        return column.getStyleClass().contains(NUMBER);
    }

    private static double wished(TableColumnBase<?, ?> column) {
        return (double) column.getUserData();
    }

    /** The width that none may exceed if all are to find room, the narrowest first. */
    private static double most(double[] narrowestFirst, double room) {
        double left = room;
        for (int i = 0; i < narrowestFirst.length; i++) {
            double share = left / (narrowestFirst.length - i);
            if (narrowestFirst[i] > share) {
                return Math.floor(share); // whole pixels, or their sum may exceed the room
            }
            left -= narrowestFirst[i];
        }
        return Double.POSITIVE_INFINITY;
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

    private static <R> TableColumn<R, String> column(String title, Function<R, String> of) {
        TableColumn<R, String> column = new TableColumn<>(title);
        column.setCellValueFactory(row -> new ReadOnlyStringWrapper(of.apply(row.getValue())));
        column.setCellFactory(each -> new Cell<>());
        return column;
    }

    /** A number that is never cut, or a text that can be read whole where it is. */
    private static final class Cell<R> extends TableCell<R, String> {
        Cell() {
            textTruncatedProperty().addListener((truncated, was, is) -> {
                setTooltip(is ? whole() : null);
                if (is && getTableColumn() != null && ofNumbers(getTableColumn())) {
                    double needed = measured();
                    Platform.runLater(
                            () -> widen(getTableView(), getTableColumn(), needed)); // not while it is laid out
                }
            });
        }

        private double measured() {
            Text text = new Text(getText());
            text.setFont(getFont());
            return text.getLayoutBounds().getWidth() + BESIDE;
        }

        private Tooltip whole() {
            Tooltip tip = new Tooltip();
            tip.textProperty().bind(textProperty());
            tip.setWrapText(true);
            tip.setMaxWidth(TIP_WIDTH);
            return tip;
        }

        @Override
        protected void updateItem(String text, boolean empty) {
            super.updateItem(text, empty);
            setText(empty ? null : text);
        }
    }

    private static final class Paragraph<R> extends TableCell<R, String> {
        private final Text words = new Text();

        Paragraph() {
            getStyleClass().add("paragraph");
            words.wrappingWidthProperty().bind(widthProperty().subtract(BESIDE));
        }

        @Override
        protected void updateItem(String text, boolean empty) {
            super.updateItem(text, empty);
            words.setText(text);
            setAccessibleText(text);
            setGraphic(empty ? null : words);
        }
    }
}
