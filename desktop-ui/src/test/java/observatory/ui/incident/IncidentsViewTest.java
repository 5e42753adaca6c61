package observatory.ui.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.Scene;
import javafx.scene.control.TableView;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.StackPane;
import observatory.analysis.Evidence;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.ui.Frames;
import observatory.ui.Toolkit;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import observatory.ui.replay.ReplayModel;
import org.junit.jupiter.api.Test;

class IncidentsViewTest {
    /** While a run is read its remarks come first; who reads on must not be left with the first of them. */
    @Test
    void theFirstIsExplainedUntilAPersonChoosesAnother() throws Exception {
        Recording run = new Recording(Frames.RUN);
        Workbench bench = new Workbench(Frames.source(run));
        List<Integer> explained = Toolkit.on(() -> {
            IncidentsView view = new IncidentsView(
                    bench,
                    new IncidentsModel(bench, InstantSource.system()),
                    new ReplayModel(Optional.empty(), Runnable::run, Runnable::run));
            new Scene(new StackPane(view.node()), 800, 600);
            view.node().applyCss();
            TableView<?> table = (TableView<?>) view.node().lookup(".table-view");
            List<Integer> chosen = new ArrayList<>();
            for (int id = 1; id <= 3; id++) {
                run.accept(incident(id, id == 1 ? Severity.INFO : Severity.CRITICAL));
                view.refresh();
                chosen.add(((IncidentsModel.Row) table.getSelectionModel().getSelectedItem())
                        .incident()
                        .id());
                if (id == 2) {
                    table.getSelectionModel().select(1);
                    table.fireEvent(pressed());
                }
            }
            return chosen;
        });
        assertEquals(List.of(1, 2, 1), explained);
    }

    private static MouseEvent pressed() {
        return new MouseEvent(
                MouseEvent.MOUSE_CLICKED,
                0,
                0,
                0,
                0,
                MouseButton.PRIMARY,
                1,
                false,
                false,
                false,
                false,
                true,
                false,
                false,
                false,
                false,
                true,
                null);
    }

    private static Incident incident(int id, Severity severity) {
        return new Incident(
                Frames.RUN,
                id,
                Kind.LOSS_SPIKE,
                severity,
                "test",
                40 + id,
                80,
                60,
                false,
                Verdict.UNDETERMINED,
                "",
                "",
                "",
                Evidence.none());
    }
}
