package observatory.ui.incident;

import java.util.Map;
import javafx.geometry.HPos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.analysis.Incident;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;

/** Why an incident is one: what happened, why it matters, what to try, and the numbers it rests on. */
public final class IncidentDetail {
    private final Workbench bench;
    private final Label kind = new Label();
    private final Label steps = new Label();
    private final Label summary = paragraph();
    private final Label explanation = paragraph();
    private final Label remedy = paragraph();
    private final GridPane evidence = new GridPane(10, 3);
    private final Button peak = new Button();
    private final VBox root;
    private Incident shown;

    public IncidentDetail(Workbench bench) {
        this.bench = bench;
        kind.getStyleClass().add("section-title");
        steps.getStyleClass().add("soft");
        summary.getStyleClass().add("strong");
        ColumnConstraints names = new ColumnConstraints();
        ColumnConstraints values = new ColumnConstraints();
        values.setHalignment(HPos.RIGHT);
        evidence.getColumnConstraints().addAll(names, values);
        peak.setOnAction(event -> bench.open(shown));
        root = new VBox(
                6,
                kind,
                steps,
                summary,
                heading("Why it matters"),
                explanation,
                heading("What to try"),
                remedy,
                heading("Evidence"),
                evidence,
                peak);
        root.getStyleClass().add("detail");
    }

    public Region node() {
        return root;
    }

    public void show(Incident incident) {
        if (incident.equals(shown)) {
            return;
        }
        shown = incident;
        kind.setText(Severities.shape(incident.severity()) + " " + Words.of(incident.kind()));
        kind.getStyleClass()
                .setAll(
                        "label",
                        "section-title",
                        "severity-" + incident.severity().label());
        steps.setText(incident.severity().label() + " · " + IncidentCard.steps(incident) + " · "
                + (incident.resolved() ? "resolved" : "open") + " · cause: "
                + incident.verdict().label());
        steps.setWrapText(true);
        summary.setText(incident.summary());
        explanation.setText(incident.explanation());
        remedy.setText(incident.remedy());
        peak.setText("Go to step " + Numbers.whole(incident.peakStep()));
        evidence.getChildren().clear();
        int row = 0;
        for (Map.Entry<String, Object> fact : incident.evidence().facts().entrySet()) {
            Label name = new Label(words(fact.getKey()));
            name.getStyleClass().add("soft");
            name.setMinWidth(Region.USE_PREF_SIZE);
            Label value = new Label(value(fact.getValue()));
            value.setWrapText(true);
            evidence.addRow(row++, name, value);
        }
    }

    /** A name of the wire, such as {@code leadSteps}, as words. */
    private static String words(String name) {
        return Words.plain(name.replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(java.util.Locale.ROOT));
    }

    private static String value(Object fact) {
        return switch (fact) {
            case Long whole -> Numbers.whole(whole);
            case Double number -> Numbers.of(number);
            default -> fact.toString();
        };
    }

    private static Label paragraph() {
        Label label = new Label();
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }

    private static Label heading(String text) {
        Label label = new Label(text);
        label.getStyleClass().add("heading");
        return label;
    }
}
