package observatory.ui.incident;

import java.util.Locale;
import java.util.Map;
import javafx.geometry.VPos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.analysis.Incident;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.frame.Labels;

/** Why an incident is one: what happened, why it matters, what to try, and the numbers it rests on. */
public final class IncidentDetail {
    private final Workbench bench;
    private final Label kind = Labels.styled("", "section-title");
    private final Label steps = Labels.paragraph("", "soft");
    private final Label summary = Labels.paragraph("", "strong");
    private final Label explanation = Labels.paragraph("");
    private final Label remedy = Labels.paragraph("");
    private final GridPane evidence = new GridPane(10, 3);
    private final Button peak = new Button();
    private final VBox root;
    private Incident shown;

    public IncidentDetail(Workbench bench) {
        this.bench = bench;
        peak.setOnAction(event -> bench.open(shown));
        root = new VBox(
                6,
                kind,
                steps,
                summary,
                Labels.heading("Why it matters"),
                explanation,
                Labels.heading("What to try"),
                remedy,
                Labels.heading("Evidence"),
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
        steps.setText(incident.severity().label() + " · " + incident.steps() + " · "
                + (incident.resolved() ? "resolved" : "open") + " · cause: "
                + incident.verdict().label());
        summary.setText(incident.summary());
        explanation.setText(incident.explanation());
        remedy.setText(incident.remedy());
        peak.setText("Go to step " + Numbers.whole(incident.peakStep()));
        evidence.getChildren().clear();
        int row = 0;
        for (Map.Entry<String, Object> fact : incident.evidence().facts().entrySet()) {
            if (fact.getKey().equals("peakStep")) {
                continue; // the button goes there
            }
            Label name = Labels.styled(words(fact.getKey()), "soft");
            name.setMinWidth(Region.USE_PREF_SIZE);
            Label value = Labels.paragraph(Numbers.of(fact.getValue()));
            GridPane.setValignment(name, VPos.TOP);
            evidence.addRow(row++, name, value);
        }
    }

    /** A name of the wire, such as {@code leadSteps}, as words. */
    private static String words(String name) {
        if (name.equals("for") || name.equals("against")) {
            return "Speaks " + name + " it";
        }
        return Words.plain(name.replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT));
    }
}
