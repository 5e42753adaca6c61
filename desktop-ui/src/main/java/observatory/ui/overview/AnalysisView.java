package observatory.ui.overview;

import java.util.List;
import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.analysis.Incident;
import observatory.ui.Workbench;
import observatory.ui.frame.Labels;
import observatory.ui.incident.Severities;

/** The automated analysis as a list: problems always, the rest when asked for. */
final class AnalysisView {

    private final Workbench bench;
    private final ListView<Analysis.Line> list = new ListView<>();
    private final ToggleButton fine = new ToggleButton();
    private final ToggleButton notApplicable = new ToggleButton();
    private final Label none = Labels.styled("", "soft");
    private final VBox root;
    private Analysis analysis = new Analysis(List.of());

    AnalysisView(Workbench bench) {
        this.bench = bench;
        Label title = Labels.styled("Automated analysis", "section-title");
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        fine.setOnAction(event -> fill());
        notApplicable.setOnAction(event -> fill());
        HBox head = new HBox(8, title, gap, fine, notApplicable);
        head.getStyleClass().add("controls");
        list.getStyleClass().add("incident-list");
        list.setCellFactory(view -> new Cell());
        list.setAccessibleText("Automated analysis");
        list.setOnMouseClicked(event -> open());
        list.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.ENTER) {
                open();
            }
        });
        list.setPlaceholder(none);
        VBox.setVgrow(list, Priority.ALWAYS);
        root = new VBox(6, head, list);
    }

    Region node() {
        return root;
    }

    /** @param caughtUp whether all that was there before has been read */
    void show(Analysis next, boolean caughtUp) {
        boolean looked = caughtUp && next.count(Analysis.State.FINE) > 0;
        none.setText(looked ? "No problems found." : "No detector has looked yet.");
        if (!next.equals(analysis) || fine.getText().isEmpty()) {
            analysis = next;
            fine.setText("Fine  " + next.count(Analysis.State.FINE));
            notApplicable.setText("Not applicable  " + next.count(Analysis.State.NOT_APPLICABLE));
            fill();
        }
    }

    private void fill() {
        List<Analysis.Line> lines = analysis.shown(fine.isSelected(), notApplicable.isSelected());
        if (!lines.equals(list.getItems())) {
            list.getItems().setAll(lines);
        }
    }

    private void open() {
        Analysis.Line line = list.getSelectionModel().getSelectedItem();
        if (line != null) {
            line.incident().ifPresent(bench::open);
        }
    }

    private static final class Cell extends ListCell<Analysis.Line> {
        private final Label sign = new Label();
        private final Label title = new Label();
        private final Label steps = new Label();
        private final Label sentence = new Label();
        private final HBox box = new HBox(8, sign, title, sentence, steps);

        Cell() {
            title.getStyleClass().add("strong");
            title.setMinWidth(150);
            sign.setMinWidth(14);
            steps.getStyleClass().add("soft");
            steps.setMinWidth(Region.USE_PREF_SIZE);
            sentence.setMaxWidth(Double.MAX_VALUE);
            sentence.setWrapText(true);
            sentence.setMinHeight(Region.USE_PREF_SIZE);
            HBox.setHgrow(sentence, Priority.ALWAYS);
        }

        /** Its sentence takes the lines it needs, which a cell does not ask its graphic for. */
        @Override
        protected double computePrefHeight(double width) {
            double beside = snappedLeftInset() + snappedRightInset();
            double room = (width < 0 ? getListView().getWidth() : width) - beside;
            return getGraphic() == null
                    ? super.computePrefHeight(width)
                    : snappedTopInset() + box.prefHeight(room) + snappedBottomInset();
        }

        @Override
        protected void updateItem(Analysis.Line line, boolean empty) {
            super.updateItem(line, empty);
            setText(null);
            if (empty || line == null) {
                setGraphic(null);
                return;
            }
            String colour = line.incident()
                    .map(one -> Severities.colour(one.severity()))
                    .orElse(line.state() == Analysis.State.FINE ? "ok" : "ink-soft");
            sign.setText(line.incident()
                    .map(one -> Severities.shape(one.severity()))
                    .orElse(line.state() == Analysis.State.FINE ? "✓" : "–"));
            sign.setStyle("-fx-text-fill: -obs-" + colour + ";");
            title.setText(line.title());
            sentence.setText(line.sentence());
            steps.setText(line.incident().map(Incident::steps).orElse(""));
            setPrefWidth(0);
            setGraphic(box);
            setAccessibleText(line.title() + ", "
                    + line.state().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": "
                    + line.sentence());
        }
    }
}
