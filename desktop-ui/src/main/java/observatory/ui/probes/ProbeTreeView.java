package observatory.ui.probes;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.scene.control.Tooltip;
import javafx.scene.control.TreeItem;
import javafx.scene.control.TreeTableColumn;
import javafx.scene.control.TreeTableRow;
import javafx.scene.control.TreeTableView;
import observatory.ui.frame.Tables;

/** The tree of hooks, sites and probes as it unfolds on the screen. What is folded is not asked for. */
final class ProbeTreeView {
    private final ProbeTree tree;
    private final TreeTableView<Row> table = new TreeTableView<>();
    private final Branch root;

    /** A place and what is said of it. */
    private record Row(Spot spot, ProbeLines.Line line) {}

    ProbeTreeView(ProbeTree tree, Consumer<Optional<String>> chosen) {
        this.tree = tree;
        tree.look();
        this.root = new Branch(new Spot.Root());
        table.setAccessibleText("What is watched, hook by hook");
        table.getStyleClass().add("dense");
        table.setShowRoot(false);
        table.setRoot(root);
        Tables.share(table);
        column("hook, layer, probe", 188, ProbeLines.Line::place, false);
        column("on", 134, ProbeLines.Line::often, false);
        column("µs/step", 68, ProbeLines.Line::micros, true);
        column("share", 80, ProbeLines.Line::share, true);
        column("last at", 60, ProbeLines.Line::last, true);
        column("changed", 90, ProbeLines.Line::changed, false);
        table.setRowFactory(view -> new Telling());
        table.getSelectionModel()
                .selectedItemProperty()
                .addListener((property, old, item) -> chosen.accept(probe(item)));
        root.setExpanded(true);
    }

    TreeTableView<?> node() {
        return table;
    }

    void refresh() {
        tree.look();
        root.sync();
    }

    private static Optional<String> probe(TreeItem<Row> item) {
        return item != null && item.getValue().spot() instanceof Spot.Asked asked
                ? Watched.entry(asked.name()).map(entry -> entry.name())
                : Optional.empty();
    }

    private void column(String title, double width, Function<ProbeLines.Line, String> of, boolean number) {
        TreeTableColumn<Row, String> column = new TreeTableColumn<>(title);
        column.setCellValueFactory(cell ->
                new ReadOnlyStringWrapper(of.apply(cell.getValue().getValue().line())));
        table.getColumns().add(Tables.wishing(column, width, number));
    }

    /** A place whose children are made when it is unfolded first, and brought up to date while it is open. */
    private final class Branch extends TreeItem<Row> {
        private final Spot spot;

        Branch(Spot spot) {
            this.spot = spot;
            setValue(new Row(spot, tree.line(spot)));
            expandedProperty().addListener(changed -> sync());
        }

        @Override
        public boolean isLeaf() {
            return tree.leaf(spot);
        }

        void sync() {
            Row row = new Row(spot, tree.line(spot));
            if (!row.equals(getValue())) {
                setValue(row);
            }
            if (!isExpanded()) {
                return;
            }
            List<Spot> below = tree.below(spot);
            if (!below.equals(
                    getChildren().stream().map(item -> item.getValue().spot()).toList())) {
                Map<Spot, TreeItem<Row>> known = new HashMap<>();
                getChildren().forEach(item -> known.put(item.getValue().spot(), item));
                getChildren()
                        .setAll(below.stream()
                                .map(one -> known.computeIfAbsent(one, Branch::new))
                                .toList());
            }
            getChildren().forEach(item -> ((Branch) item).sync());
        }
    }

    /** A row that says under the mouse what its probe tells. */
    private final class Telling extends TreeTableRow<Row> {
        @Override
        protected void updateItem(Row row, boolean empty) {
            super.updateItem(row, empty);
            String tells = empty || row == null ? "" : tree.tells(row.spot());
            setTooltip(tells.isEmpty() ? null : new Tooltip(tells));
        }
    }
}
