package observatory.ui.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Connection;
import observatory.ui.Source;
import observatory.ui.Workbench;

/** The runs that are open: each with its state as a shape, a colour and a word. */
final class RunTree {
    private static final double WIDTH = 168;

    private final Workbench bench;
    private final ListView<Source> list;
    private final VBox root;
    private List<Object> shown = List.of();

    RunTree(Workbench bench, Runnable attach) {
        this.bench = bench;
        list = new ListView<>(bench.sources());
        list.setCellFactory(view -> new Cell());
        list.getStyleClass().add("incident-list");
        list.setAccessibleText("Open runs");
        list.getSelectionModel().select(bench.sourceProperty().get());
        list.getSelectionModel().selectedItemProperty().addListener((all, old, chosen) -> {
            if (chosen != null && chosen != bench.sourceProperty().get()) {
                bench.choose(chosen);
            }
        });
        bench.sourceProperty()
                .addListener((all, old, chosen) -> list.getSelectionModel().select(chosen));
        Label title = Labels.styled("Runs", "section-title");
        Label more = Labels.styled("Open a log or a run: press A", "soft");
        more.setWrapText(true);
        more.setOnMouseClicked(event -> attach.run());
        VBox.setVgrow(list, Priority.ALWAYS);
        root = new VBox(8, title, list, more);
        root.getStyleClass().add("run-tree");
        root.setPrefWidth(WIDTH);
        root.setMinWidth(WIDTH);
    }

    Region node() {
        return root;
    }

    void refresh() {
        Source shownNow = bench.sourceProperty().get();
        if (list.getSelectionModel().getSelectedItem() != shownNow
                || list.getSelectionModel().getSelectedIndex() < 0) {
            list.getSelectionModel().select(bench.sources().indexOf(shownNow));
        }
        List<Object> states = new ArrayList<>();
        bench.sources().forEach(source -> {
            states.add(source.recording().run());
            states.add(source.connection().state());
        });
        if (!states.equals(shown)) {
            shown = states;
            list.refresh();
        }
    }

    private static final class Cell extends ListCell<Source> {
        private final Label name = new Label();
        private final Label state = new Label();
        private final VBox box = new VBox(2, name, new HBox(state));
        private final Tooltip whole = new Tooltip();

        Cell() {
            name.setTextOverrun(OverrunStyle.CENTER_ELLIPSIS);
            whole.textProperty().bind(name.textProperty());
        }

        @Override
        protected void updateItem(Source source, boolean empty) {
            super.updateItem(source, empty);
            setText(null);
            if (empty || source == null) {
                setGraphic(null);
                setTooltip(null);
                return;
            }
            Connection connection = source.connection();
            name.setText(source.recording().run().value());
            name.getStyleClass().setAll("label", "strong");
            String word = connection.state().name().toLowerCase(Locale.ROOT);
            state.setText(HeaderView.shape(connection.state()) + " " + word);
            state.getStyleClass().setAll("label", "state-" + word);
            setPrefWidth(0);
            setGraphic(box);
            setTooltip(whole);
            setAccessibleText("run " + name.getText() + ", " + word);
        }
    }
}
