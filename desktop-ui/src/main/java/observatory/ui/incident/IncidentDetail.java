package observatory.ui.incident;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javafx.geometry.VPos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.analysis.Incident;
import observatory.analysis.report.Signal;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.frame.Labels;

/**
 * Why an incident is one: what happened, where to look, what to try, why it matters, what left its level first, and the
 * numbers it rests on.
 */
public final class IncidentDetail {
    private static final Set<String> SHOWN_APART = Set.of("peakStep", "signals", "paste");

    private final Workbench bench;
    private final Label kind = Labels.styled("", "section-title");
    private final Label steps = Labels.paragraph("", "soft");
    private final Label summary = Labels.paragraph("", "strong");
    private final Label explanation = Labels.paragraph("");
    private final Label remedy = Labels.paragraph("");
    private final Label paste = Labels.paragraph("", "paste");
    private final Button copy = new Button("Copy");
    private final VBox next = new VBox(4, paste, copy);
    private final Label orderHeading = Labels.heading("What left its level, in order");
    private final GridPane order = new GridPane(10, 3);
    private final GridPane evidence = new GridPane(10, 3);
    private final FlowPane ways = new FlowPane(6, 6);
    private final VBox root;
    private Incident shown;

    public IncidentDetail(Workbench bench) {
        this.bench = bench;
        copy.setAccessibleText("Copy the line for the trainer");
        copy.setOnAction(event -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(paste.getText());
            Clipboard.getSystemClipboard().setContent(content);
        });
        copy.getStyleClass().add("controls");
        ways.getStyleClass().add("controls");
        root = new VBox(
                6,
                kind,
                steps,
                summary,
                ways,
                Labels.heading("What to try"),
                remedy,
                next,
                Labels.heading("Why it matters"),
                explanation,
                orderHeading,
                order,
                Labels.heading("Evidence"),
                evidence);
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
        Map<String, Object> facts = incident.evidence().facts();
        paste.setText(facts.getOrDefault("paste", "").toString());
        Labels.seen(next, !paste.getText().isEmpty());
        lead(incident);
        order(Signal.of(incident));
        evidence.getChildren().clear();
        facts.forEach((name, value) -> {
            boolean again = value.equals(incident.summary()); // what speaks for it is often that alone
            if (!SHOWN_APART.contains(name) && !again) {
                row(evidence, words(name), Numbers.of(value));
            }
        });
    }

    /** To where it can be seen: the step, the place in the model, the batch. */
    private void lead(Incident incident) {
        FirstLook look = FirstLook.of(incident, bench.run());
        String step = Incident.step(look.step());
        ways.getChildren().setAll(way("S" + step.substring(1), "Go to " + step, ""));
        look.site().ifPresent(site -> ways.getChildren().add(way("Layer", "See " + site.label(), "Layers")));
        if (bench.run().batches().at(look.step()).isPresent()) {
            ways.getChildren().add(way("Batch", "See the batch of " + step, "Data"));
        }
    }

    private Button way(String text, String does, String screen) {
        Button way = new Button(text);
        way.setTooltip(new Tooltip(does));
        way.setAccessibleText(does);
        way.setMinWidth(Region.USE_PREF_SIZE);
        way.setOnAction(event -> {
            bench.open(shown);
            bench.screenProperty().set(screen);
        });
        return way;
    }

    private void order(List<Signal> signals) {
        boolean any = signals.size() > 1; // one alone has no order
        Labels.seen(orderHeading, any);
        Labels.seen(order, any);
        order.getChildren().clear();
        signals.forEach(signal -> row(order, signal.at(), signal.name() + ", " + signal.lead()));
    }

    private static void row(GridPane grid, String name, String value) {
        Label left = Labels.styled(name, "soft");
        left.setMinWidth(Region.USE_PREF_SIZE);
        GridPane.setValignment(left, VPos.TOP);
        grid.addRow(grid.getRowCount(), left, Labels.paragraph(value));
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
