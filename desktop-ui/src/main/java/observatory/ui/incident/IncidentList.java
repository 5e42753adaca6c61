package observatory.ui.incident;

import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.analysis.Incident;
import observatory.ui.Workbench;
import observatory.ui.frame.Labels;

/** The incidents of a run, one below the other; choosing one brings it into view everywhere. */
public final class IncidentList {
    private static final double WIDTH = 300;

    private final Workbench bench;
    private final Label title = new Label("Incidents");
    private final ListView<Incident> list = new ListView<>();
    private final VBox root;
    private List<Incident> shown = List.of();

    public IncidentList(Workbench bench) {
        this.bench = bench;
        title.getStyleClass().add("section-title");
        Label none = Labels.styled("No incidents so far.", "soft");
        list.setPlaceholder(none);
        list.getStyleClass().add("incident-list");
        list.setCellFactory(
                view -> new Cell(new IncidentCard(view.widthProperty().subtract(40))));
        list.setOnMouseClicked(event -> openSelected());
        list.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.ENTER) {
                openSelected();
            }
        });
        list.setAccessibleText("Incidents");
        VBox.setVgrow(list, Priority.ALWAYS);
        root = new VBox(6, title, list);
        root.setMinWidth(WIDTH);
        root.setPrefWidth(WIDTH);
        root.setMaxWidth(WIDTH);
    }

    public Region node() {
        return root;
    }

    public void refresh(List<Incident> incidents) {
        if (incidents.equals(shown)) {
            return;
        }
        shown = incidents;
        Incident chosen = list.getSelectionModel().getSelectedItem();
        list.getItems().setAll(incidents);
        title.setText(incidents.isEmpty() ? "Incidents" : "Incidents  " + incidents.size());
        incidents.stream()
                .filter(one -> chosen != null && one.id() == chosen.id())
                .findFirst()
                .ifPresent(list.getSelectionModel()::select);
    }

    private void openSelected() {
        Incident chosen = list.getSelectionModel().getSelectedItem();
        if (chosen != null) {
            bench.open(chosen);
        }
    }

    private static final class Cell extends ListCell<Incident> {
        private final IncidentCard card;

        Cell(IncidentCard card) {
            this.card = card;
        }

        @Override
        protected void updateItem(Incident incident, boolean empty) {
            super.updateItem(incident, empty);
            setText(null);
            if (empty || incident == null) {
                setGraphic(null);
            } else {
                card.show(incident);
                setPrefWidth(0); // as wide as the list, so that sentences wrap
                setGraphic(card);
            }
        }
    }
}
