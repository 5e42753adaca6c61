package observatory.ui.frame;

import atlantafx.base.controls.Notification;
import javafx.animation.PauseTransition;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import observatory.analysis.Incident;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.incident.Notices;
import observatory.ui.incident.Severities;
import observatory.ui.incident.Words;

/** News in the corner of the window: incidents as they open, and what a command has done. They go by themselves. */
final class NoticesView {
    private static final Duration STAY = Duration.seconds(8);

    private final Workbench bench;
    private final Notices notices;
    private final VBox stack = new VBox(8);

    NoticesView(Workbench bench, Notices notices) {
        this.bench = bench;
        this.notices = notices;
        stack.setAlignment(Pos.TOP_RIGHT);
        stack.setMaxSize(360, Region.USE_PREF_SIZE);
        stack.setPickOnBounds(false);
        StackPane.setAlignment(stack, Pos.TOP_RIGHT);
        stack.getStyleClass().add("notices");
    }

    VBox node() {
        return stack;
    }

    void refresh() {
        for (Source source : bench.sources()) {
            boolean shown = source == bench.sourceProperty().get();
            for (Incident incident : notices.fresh(source)) {
                String where = shown ? "" : source.recording().run().value() + ", ";
                Notification notice =
                        new Notification(where + Words.of(incident.kind()) + ": " + incident.summary(), sign(incident));
                notice.setOnMouseClicked(event -> open(source, incident));
                add(notice);
            }
        }
    }

    private void open(Source source, Incident incident) {
        if (source != bench.sourceProperty().get()) {
            bench.choose(source);
        }
        bench.open(incident);
    }

    /** Says something in passing. */
    void say(String sentence) {
        add(new Notification(sentence));
    }

    private void add(Notification notice) {
        notice.getStyleClass().add("notice");
        notice.setOnClose(event -> stack.getChildren().remove(notice));
        notice.setAccessibleText(notice.getMessage());
        stack.getChildren().add(notice);
        PauseTransition stay = new PauseTransition(STAY);
        stay.setOnFinished(event -> stack.getChildren().remove(notice));
        stay.play();
    }

    private static Label sign(Incident incident) {
        Label sign = new Label(Severities.shape(incident.severity()));
        sign.getStyleClass().setAll("label", "severity-" + incident.severity().label());
        return sign;
    }
}
