package observatory.ui.frame;

import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TableView;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.incident.IncidentDetail;

/** The side of the window that tells in numbers what is under the crosshair, and why an incident is one. */
final class InspectorView {
    private static final double WIDTH = 244;
    private static final double WIDEST = 340;
    private static final double SHORT = 168; // five rows

    private final Workbench bench;
    private final Label title = Labels.paragraph("", "section-title");
    private final TableView<Facts.Row> table = Tables.of("Values at the crosshair", "Nothing was measured here.");
    private final IncidentDetail detail;
    private final ScrollPane why;
    private final VBox root;
    private Facts shown;

    InspectorView(Workbench bench) {
        this.bench = bench;
        this.detail = new IncidentDetail(bench);
        this.why = new ScrollPane(detail.node());
        why.setFitToWidth(true);
        why.getStyleClass().add("why");
        VBox.setVgrow(table, Priority.ALWAYS);
        VBox.setVgrow(why, Priority.ALWAYS);
        Tables.text(table, "what", 150, Facts.Row::name);
        Tables.number(table, "value", 86, Facts.Row::value);
        table.setMinHeight(SHORT);
        root = new VBox(8, title, table, why);
        root.getStyleClass().add("inspector");
        root.setMinWidth(WIDTH);
    }

    Region node() {
        return root;
    }

    /** Has a share of a window of that width. */
    void fit(double window) {
        root.setPrefWidth(Math.clamp(0.2 * window, WIDTH, WIDEST));
    }

    /** @param explain whether to tell why an incident is one; not beside a screen that tells it */
    void refresh(boolean explain) {
        Facts facts = Facts.of(bench);
        boolean explained = explain && facts.incident().isPresent();
        Labels.seen(why, explained);
        VBox.setVgrow(
                table, explained ? Priority.NEVER : Priority.ALWAYS); // what to do is worth more than most numbers
        table.setPrefHeight(explained ? SHORT : Region.USE_COMPUTED_SIZE);
        if (facts.equals(shown)) {
            return;
        }
        boolean sameRows = shown != null && facts.rows().equals(shown.rows());
        shown = facts;
        title.setText(facts.title());
        if (!sameRows) {
            table.getItems().setAll(facts.rows());
        }
        facts.incident().ifPresent(detail::show);
    }
}
