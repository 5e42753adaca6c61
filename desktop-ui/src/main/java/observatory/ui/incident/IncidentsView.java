package observatory.ui.incident;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javafx.geometry.Insets;
import javafx.scene.control.Button;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.frame.Screen;
import observatory.ui.frame.Tables;
import observatory.ui.replay.ReplayModel;
import observatory.ui.replay.ReplayView;

/** All incidents in a table, and beside it why the one chosen is one. */
public final class IncidentsView implements Screen {
    private static final Duration SILENCE = Duration.ofHours(1);
    private static final double DETAIL_WIDTH = 330;
    private static final double DETAIL_SHARE = 0.62; // of the height, where it lies below the table
    private static final double WIDE = 1000; // room for both beside each other
    private static final double GAP = 12;
    private static final int NONE = -1;

    private final Workbench bench;
    private final IncidentsModel model;
    private final TableView<IncidentsModel.Row> table = Tables.of("Incidents", "");
    private final ReplayModel replays;
    private final IncidentDetail detail;
    private final ScrollPane side;
    private final Button acknowledge = new Button("Acknowledge");
    private final Button silence = new Button("Silence 1 h");
    private final BorderPane root = new BorderPane();
    private List<IncidentsModel.Row> shown = List.of();
    /** The incident chosen because it stood first: until a person chooses, that is whichever does. */
    private int offered = NONE;

    public IncidentsView(Workbench bench, IncidentsModel model, ReplayModel replays) {
        this.bench = bench;
        this.model = model;
        this.replays = replays;
        this.detail = new IncidentDetail(bench);
        ReplayView replay = new ReplayView(replays);
        side = new ScrollPane(new VBox(replay.node(), detail.node()));
        side.setFitToWidth(true);
        side.getStyleClass().add("card");
        side.setPrefWidth(DETAIL_WIDTH);
        side.prefHeightProperty().bind(root.heightProperty().multiply(DETAIL_SHARE));
        Tables.text(table, "severity", 88, row -> Severities.told(row.incident().severity()));
        Tables.text(table, "state", 98, row -> row.state().label());
        Tables.text(table, "kind", 120, row -> Words.of(row.incident().kind()));
        Tables.text(table, "steps", 130, row -> row.incident().steps().replaceFirst("^steps? ", ""));
        Tables.text(table, "cause", 112, row -> row.incident().verdict().label());
        Tables.text(table, "summary", 420, row -> row.incident().summary());
        table.getSelectionModel().selectedItemProperty().addListener((all, old, row) -> chosen(row));
        table.setOnMouseClicked(event -> {
            offered = NONE;
            if (event.getClickCount() == 2) {
                openChosen(bench);
            }
        });
        table.setOnKeyPressed(event -> {
            offered = NONE;
            if (event.getCode() == KeyCode.ENTER) {
                openChosen(bench);
            }
        });
        acknowledge.setOnAction(event -> withChosen(row -> model.acknowledge(row.incident())));
        silence.setOnAction(
                event -> withChosen(row -> model.silence(row.incident().kind(), SILENCE)));
        acknowledge.setMinWidth(Region.USE_PREF_SIZE);
        silence.setMinWidth(Region.USE_PREF_SIZE);
        acknowledge.setTooltip(new Tooltip("Somebody has it in hand; kept in this window alone"));
        silence.setTooltip(new Tooltip("No notices of this kind; kept in this window alone"));
        FlowPane buttons = new FlowPane(8, 6, acknowledge, silence, replay.button());
        buttons.getStyleClass().add("controls");
        VBox left = new VBox(10, table, buttons);
        VBox.setVgrow(table, Priority.ALWAYS);
        left.setMinWidth(0);
        root.setCenter(left);
        root.getStyleClass().add("screen");
        root.widthProperty().addListener(changed -> arrange());
        chosen(null);
    }

    @Override
    public String title() {
        return "Incidents";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        List<IncidentsModel.Row> rows = model.rows();
        Tables.none(table, bench.missing("No incidents so far."));
        if (rows.equals(shown)) {
            return;
        }
        IncidentsModel.Row before = table.getSelectionModel().getSelectedItem();
        boolean byHand = before != null && before.incident().id() != offered;
        shown = rows;
        table.getItems().setAll(rows);
        rows.stream()
                .filter(row ->
                        byHand && row.incident().id() == before.incident().id())
                .findFirst()
                .or(() -> rows.stream().findFirst())
                .ifPresent(row -> {
                    offered = byHand ? NONE : row.incident().id();
                    table.getSelectionModel().select(row);
                });
    }

    /** Why the incident chosen is one stands beside the table, or below it where that would leave it no room. */
    private void arrange() {
        boolean wide = root.getWidth() >= WIDE;
        (wide ? root.bottomProperty() : root.rightProperty()).set(null); // first: a node has one place
        (wide ? root.rightProperty() : root.bottomProperty())
                .set(table.getSelectionModel().isEmpty() ? null : side);
        BorderPane.setMargin(side, wide ? new Insets(0, 0, 0, GAP) : new Insets(GAP, 0, 0, 0));
    }

    private void chosen(IncidentsModel.Row row) {
        arrange();
        acknowledge.setDisable(row == null || row.incident().resolved());
        silence.setDisable(row == null);
        if (row != null) {
            detail.show(row.incident());
            replays.show(row.incident());
            acknowledge.setText(row.state() == IncidentsModel.State.ACKNOWLEDGED ? "Take back" : "Acknowledge");
            silence.setText(model.silenced(row.incident().kind()) ? "End silence" : "Silence 1 h");
        }
    }

    private void openChosen(Workbench bench) {
        IncidentsModel.Row row = table.getSelectionModel().getSelectedItem();
        if (row != null) {
            bench.open(row.incident());
        }
    }

    private void withChosen(Consumer<IncidentsModel.Row> action) {
        IncidentsModel.Row row = table.getSelectionModel().getSelectedItem();
        if (row != null) {
            action.accept(row);
            refresh();
        }
    }
}
