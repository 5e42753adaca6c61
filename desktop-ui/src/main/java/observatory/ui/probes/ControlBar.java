package observatory.ui.probes;

import java.time.Duration;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Region;
import observatory.probe.Command;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.TrainerCommand;
import observatory.ui.Workbench;
import observatory.ui.frame.Control;

/** The commands that one can send to a run, where the window was opened with a key; else one line on how to get there. */
final class ControlBar {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMinutes(2);

    private final Workbench bench;
    private final FlowPane root = new FlowPane(8, 6);
    private final Label answer = new Label();
    private final CheckBox dryRun = new CheckBox("dry run");

    ControlBar(Workbench bench, Optional<Control> control) {
        this.bench = bench;
        root.getStyleClass().add("controls");
        answer.getStyleClass().add("soft");
        if (control.isEmpty()) {
            Label readOnly = new Label(
                    "Read only. Open with `observatory dashboard --key FILE --operator NAME` to send commands.");
            readOnly.getStyleClass().add("soft");
            root.getChildren().add(readOnly);
            return;
        }
        Control by = control.get();
        root.getChildren().add(new Label("As " + by.operator() + ":"));
        button(by, "Profile 10 min", new ProbeCommand.Profile(Pack.PROFILE, LONG));
        button(by, "Forensic 2 min", new ProbeCommand.Profile(Pack.FORENSIC, SHORT));
        button(by, "Checkpoint", new TrainerCommand.Checkpoint());
        button(by, "Learning rate × ½", new TrainerCommand.ChangeLearningRate(0.5));
        button(by, "Learning rate × 1", new TrainerCommand.ChangeLearningRate(1));
        button(by, "Pause", new TrainerCommand.Pause());
        button(by, "Resume", new TrainerCommand.Resume());
        dryRun.setSelected(true);
        dryRun.setAccessibleText("Dry run: only ask whether the command would be taken");
        root.getChildren().addAll(dryRun, answer);
    }

    Region node() {
        return root;
    }

    private void button(Control by, String does, Command command) {
        Button button = new Button(does);
        button.setOnAction(event -> {
            answer.setText("waiting for an answer…");
            boolean dry = dryRun.isSelected();
            var run = bench.run().run();
            Thread.ofPlatform().name("observatory-command").daemon().start(() -> {
                String said = by.give(run, command, dry);
                Platform.runLater(() -> answer.setText(said));
            });
        });
        root.getChildren().add(button);
    }
}
