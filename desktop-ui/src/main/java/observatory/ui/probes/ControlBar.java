package observatory.ui.probes;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
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

/**
 * The commands that one can send to a run, where the window was opened with a key; else one line on how to get there.
 */
final class ControlBar {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMinutes(2);

    private final Workbench bench;
    private final FlowPane root = new FlowPane(8, 6);
    private final Label answer = new Label();
    private final CheckBox dryRun = new CheckBox("dry run");
    private final Button add = new Button();
    private final Button remove = new Button();
    private Optional<String> chosen = Optional.empty();

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
        chosen(by, add, probe -> new ProbeCommand.Add(probe, Watched.usual(probe), LONG));
        chosen(by, remove, probe -> new ProbeCommand.Remove(probe, LONG));
        choose(Optional.empty());
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

    /** Which probe the commands about one are for. */
    void choose(Optional<String> probe) {
        chosen = probe;
        label(add, "Add ", probe);
        label(remove, "Remove ", probe);
    }

    private static void label(Button button, String does, Optional<String> probe) {
        button.setText(does + probe.orElse("a probe") + " 10 min");
        button.setDisable(probe.isEmpty());
    }

    private void chosen(Control by, Button button, Function<String, Command> command) {
        button.setOnAction(event -> chosen.ifPresent(probe -> give(by, command.apply(probe))));
        root.getChildren().add(button);
    }

    private void button(Control by, String does, Command command) {
        Button button = new Button(does);
        button.setOnAction(event -> give(by, command));
        root.getChildren().add(button);
    }

    private void give(Control by, Command command) {
        answer.setText("waiting for an answer…");
        boolean dry = dryRun.isSelected();
        var run = bench.run().run();
        Thread.ofPlatform().name("observatory-command").daemon().start(() -> {
            String said;
            try {
                said = by.give(run, command, dry);
            } catch (RuntimeException e) {
                said = "not known to have arrived: " + e;
            }
            String shown = said;
            Platform.runLater(() -> answer.setText(shown));
        });
    }
}
