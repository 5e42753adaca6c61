package observatory.ui.incident;

import javafx.beans.binding.DoubleExpression;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import observatory.analysis.Incident;
import observatory.ui.chart.Numbers;

/** An incident in a list: its shape, kind and steps, and the first sentence. */
public final class IncidentCard extends VBox {
    private final Label shape = new Label();
    private final Label kind = new Label();
    private final Label steps = new Label();
    private final Text summary = new Text();

    /** @param width of the card; sentences wrap there */
    IncidentCard(DoubleExpression width) {
        super(3);
        getStyleClass().add("incident-card");
        kind.getStyleClass().add("incident-kind");
        steps.getStyleClass().add("soft");
        // A wrapping label does not tell its list how high it is; a text does.
        summary.wrappingWidthProperty().bind(width);
        summary.getStyleClass().add("incident-summary");
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        kind.setMinWidth(0);
        steps.setMinWidth(Region.USE_PREF_SIZE);
        getChildren().addAll(new HBox(6, shape, kind, gap, steps), summary);
    }

    void show(Incident incident) {
        shape.setText(Severities.shape(incident.severity()));
        shape.getStyleClass()
                .setAll("label", "severity", "severity-" + incident.severity().label());
        kind.setText(Words.of(incident.kind()) + (incident.resolved() ? "" : "  · open"));
        steps.setText(steps(incident));
        summary.setText(incident.summary());
        setAccessibleText(incident.severity().label() + ", " + Words.of(incident.kind()) + ", " + steps(incident) + ", "
                + (incident.resolved() ? "resolved" : "open") + ": " + incident.summary());
    }

    public static String steps(Incident incident) {
        return incident.firstStep() == incident.lastStep()
                ? "step " + Numbers.whole(incident.firstStep())
                : "steps " + Numbers.whole(incident.firstStep()) + "–" + Numbers.whole(incident.lastStep());
    }
}
