package observatory.ui.frame;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.ui.Connection;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.chart.Names;
import observatory.ui.incident.FirstLook;
import observatory.ui.incident.Severities;

/** The runs that are open: each with its state as a shape, a colour and a word. */
final class RunTree {
    private static final double WIDTH = 168;
    private static final double WIDEST = 260;
    private static final double BESIDE_NAME = 30;
    private static final double LETTER = 9; // pixels, about
    private static final int LONGEST_NAME = 48;

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
        list.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.DELETE) {
                bench.close(bench.sourceProperty().get());
                event.consume();
            }
        });
        Button more = new Button("Open… (A)");
        more.setTooltip(new Tooltip("A log, a run of a broker, or a trainer in another JVM"));
        more.setAccessibleText("Open a log or a run");
        more.setMaxWidth(Double.MAX_VALUE);
        more.setOnAction(event -> attach.run());
        VBox.setVgrow(list, Priority.ALWAYS);
        root = new VBox(8, title, list, more);
        root.getStyleClass().add("run-tree");
        root.setMinWidth(WIDTH);
    }

    Region node() {
        return root;
    }

    /** Has a share of a window of that width. */
    void fit(double window) {
        root.setPrefWidth(Math.clamp(0.14 * window, WIDTH, WIDEST));
    }

    void refresh() {
        Source shownNow = bench.sourceProperty().get();
        if (list.getSelectionModel().getSelectedItem() != shownNow
                || list.getSelectionModel().getSelectedIndex() < 0) {
            list.getSelectionModel().select(bench.sources().indexOf(shownNow));
        }
        List<Object> states = new ArrayList<>();
        states.add(list.getWidth()); // by which names are broken
        bench.sources().forEach(source -> {
            states.add(source.recording().run());
            states.add(source.connection().state());
            states.add(trouble(source));
        });
        if (!states.equals(shown)) {
            shown = states;
            list.refresh();
        }
    }

    /** What goes on in a run and is more than a remark. */
    private static Optional<Severity> trouble(Source source) {
        return FirstLook.mostUrgent(source.recording())
                .filter(one -> !one.resolved())
                .map(Incident::severity)
                .filter(severity -> severity != Severity.INFO);
    }

    private final class Cell extends ListCell<Source> {
        private final Text name = new Text();
        private final Label state = new Label();
        private final Label trouble = new Label();
        private final VBox box = new VBox(2, name, state, trouble);
        private final Tooltip whole = new Tooltip();

        Cell() {
            name.getStyleClass().add("run-of-tree");
            name.wrappingWidthProperty().bind(list.widthProperty().subtract(BESIDE_NAME));
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
            String run = source.recording().run().value();
            // In lines: runs of a series differ at the end of their names.
            int most = (int) Math.max(8, (list.getWidth() - BESIDE_NAME) / LETTER);
            name.setText(Names.lines(Names.cut(run, LONGEST_NAME), most));
            whole.setText(run);
            String word = connection.state().name().toLowerCase(Locale.ROOT);
            state.setText(HeaderView.shape(connection.state()) + " " + word);
            state.getStyleClass().setAll("label", "state-" + word);
            Optional<Severity> going = trouble(source);
            trouble.setText(going.map(Severities::told).orElse(""));
            Labels.seen(trouble, going.isPresent());
            trouble.getStyleClass()
                    .setAll("label", "severity-" + going.map(Severity::label).orElse(""));
            setPrefWidth(0);
            setGraphic(box);
            setTooltip(whole);
            setAccessibleText("run " + run + ", " + word
                    + going.map(one -> ", " + one.label()).orElse(""));
        }
    }
}
