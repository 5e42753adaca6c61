package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.control.TableView;
import observatory.ui.Toolkit;
import org.junit.jupiter.api.Test;

class TablesTest {
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
}
