package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumnBase;
import javafx.scene.control.TableView;
import javafx.scene.layout.StackPane;
import observatory.ui.Toolkit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablesTest {
    private static final String LONG = "a place in the model whose name is longer than any column";

    private record Row(String site, int value) {}

    /** While a run goes on, rows change places with every step. */
    @Test
    void whatIsChosenStaysChosenWhereverItsRowGoes() throws Exception {
        List<Row> chosen = new ArrayList<>();
        Row last = Toolkit.on(() -> {
            TableView<Row> table = Tables.of("sites", "none");
            Tables.text(table, "site", 100, Row::site);
            Tables.fill(table, List.of(new Row("a", 1), new Row("b", 2)), Row::site);
            table.getSelectionModel().select(0);
            Tables.fill(table, List.of(new Row("b", 3), new Row("a", 2)), Row::site);
            chosen.add(table.getSelectionModel().getSelectedItem());
            Tables.fill(table, List.of(new Row("b", 3), new Row("a", 2)), Row::site, "b");
            chosen.add(table.getSelectionModel().getSelectedItem());
            Tables.fill(table, List.of(new Row("a", 2)), Row::site);
            return table.getSelectionModel().getSelectedItem();
        });
        assertEquals(List.of(new Row("a", 2), new Row("b", 3)), chosen);
        assertNull(last, "a row that is gone hands its choice to no other");
    }

    /** Where there is too little room the widest columns give way, where there is too much the last one has it. */
    @ParameterizedTest
    @ValueSource(doubles = {300, 400, 1200})
    void columnsShareTheRoom(double width) throws Exception {
        List<Double> widths = Toolkit.on(() -> widths(laidOut(width)));
        assertEquals(70, widths.getFirst(), "the narrow one keeps its width");
        double sum = widths.stream().mapToDouble(Double::doubleValue).sum();
        assertTrue(sum <= width && sum >= width - 4, "of " + width + " pixels " + widths);
    }

    /** Nine numbers of which each lacks its last digits say nothing. */
    @Test
    void whereNoneCouldBeReadItScrollsAndNoneIsCut() throws Exception {
        List<Double> widths = Toolkit.on(() -> {
            TableView<Row> table = Tables.of("sites", "none");
            for (int i = 0; i < 9; i++) {
                Tables.number(table, "value", 78, row -> Integer.toString(row.value()));
            }
            return widths(laidOut(table, 400));
        });
        assertEquals(Collections.nCopies(9, 78.0), widths);
    }

    /** Offsets into a corpus have fifteen digits, and 0.0001234 without its end is another number. */
    @Test
    void aNumberThatIsLongerThanItsColumnIsNeverCut() throws Exception {
        TableView<Row> table = Toolkit.on(() -> {
            TableView<Row> made = Tables.of("sites", "none");
            Tables.text(made, "site", 300, Row::site);
            Tables.number(made, "offset", 40, row -> row.value() + ",234,567,890,123");
            return laidOut(made, 400);
        });
        List<String> cut = Toolkit.on(() -> {
            laidOut(table);
            return table.lookupAll(".table-cell").stream()
                    .map(node -> (TableCell<?, ?>) node)
                    .filter(cell -> cell.isTextTruncated() && cell.getText().endsWith("123"))
                    .map(TableCell::getText)
                    .toList();
        });
        assertEquals(List.of(), cut);
    }

    @Test
    void whatIsLeftOverOfARoomOfNumbersIsEverybodys() throws Exception {
        List<Double> widths = Toolkit.on(() -> {
            TableView<Row> table = Tables.of("sites", "none");
            for (double wished : new double[] {40, 70, 100}) {
                Tables.number(table, "value", wished, row -> Integer.toString(row.value()));
            }
            return widths(laidOut(table, 400));
        });
        assertTrue(widths.getFirst() > 80, widths.toString());
        assertEquals(30, widths.get(1) - widths.get(0));
        assertEquals(30, widths.get(2) - widths.get(1), 3, "but for what does not divide by three");
    }

    @Test
    void whatIsCutIsToldWhole() throws Exception {
        Map<String, String> tips = Toolkit.on(() -> {
            Map<String, String> told = new HashMap<>();
            for (Node node : laidOut(300).lookupAll(".table-cell")) {
                TableCell<?, ?> cell = (TableCell<?, ?>) node;
                if (cell.getText() != null && cell.getTooltip() != null) {
                    told.put(cell.getText(), cell.getTooltip().getText());
                }
            }
            return told;
        });
        assertEquals(Map.of(LONG, LONG), tips);
    }

    private static TableView<Row> laidOut(double width) {
        TableView<Row> table = Tables.of("sites", "none");
        Tables.number(table, "value", 70, row -> Integer.toString(row.value()));
        Tables.text(table, "site", 200, Row::site);
        Tables.text(table, "again", 500, row -> "short");
        return laidOut(table, width);
    }

    private static List<Double> widths(TableView<?> table) {
        return table.getColumns().stream().map(TableColumnBase::getWidth).toList();
    }

    private static TableView<Row> laidOut(TableView<Row> table, double width) {
        Tables.fill(table, List.of(new Row(LONG, 1), new Row("b", 2)), Row::site);
        new Scene(new StackPane(table), width, 300);
        return laidOut(table);
    }

    private static TableView<Row> laidOut(TableView<Row> table) {
        for (int i = 0; i < 3; i++) {
            table.getScene().getRoot().applyCss();
            table.getScene().getRoot().layout();
        }
        return table;
    }
}
