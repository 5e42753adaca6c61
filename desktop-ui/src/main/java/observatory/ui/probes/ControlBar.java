package observatory.ui.probes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.probe.Command;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.TrainerCommand;
import observatory.ui.Workbench;
import observatory.ui.frame.Control;
import observatory.ui.frame.Labels;

/**
 * The commands that one can send to a run, where the window was opened with a key; else one line on how to get there.
 */
final class ControlBar {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMinutes(2);

    private static final double TITLE_WIDTH = 62;
    private static final double TIP_WIDTH = 480;

    private final Workbench bench;
    private final VBox root = new VBox(6);
    private final Label about = Labels.styled("", "soft");
    private final Label answer = Labels.styled("", "soft");
    private final CheckBox dryRun = new CheckBox("dry run");
    private final List<Button> aboutOne = new ArrayList<>();
    private Optional<String> chosen = Optional.empty();

    /** Nothing here moves, whatever is chosen or answered: a button must not come under a mouse that is about to press. */
    ControlBar(Workbench bench, Optional<Control> control) {
        this.bench = bench;
        if (control.isEmpty()) {
            root.getChildren()
                    .add(Labels.paragraph(
                            "Read only. Open with `observatory dashboard --key FILE` to send commands.", "soft"));
            return;
        }
        Control by = control.get();
        Button add = button("Add 10 min");
        add.setOnAction(event ->
                chosen.ifPresent(probe -> give(by, new ProbeCommand.Add(probe, Watched.usual(probe), LONG))));
        Button remove = button("Remove 10 min");
        remove.setOnAction(event -> chosen.ifPresent(probe -> give(by, new ProbeCommand.Remove(probe, LONG))));
        aboutOne.addAll(List.of(add, remove));
        HBox probes = line(
                "Probes",
                button(by, "Profile 10 min", new ProbeCommand.Profile(Pack.PROFILE, LONG)),
                button(by, "Forensic 2 min", new ProbeCommand.Profile(Pack.FORENSIC, SHORT)),
                add,
                remove,
                about);
        HBox training = line(
                "Training",
                button(by, "Checkpoint", new TrainerCommand.Checkpoint()),
                button(by, "Rate × ½", new TrainerCommand.ChangeLearningRate(0.5)),
                button(by, "Rate × 1", new TrainerCommand.ChangeLearningRate(1)),
                button(by, "Pause", new TrainerCommand.Pause()),
                button(by, "Resume", new TrainerCommand.Resume()));
        dryRun.setSelected(true);
        dryRun.setMinWidth(Region.USE_PREF_SIZE);
        dryRun.setAccessibleText("Dry run: only ask whether the command would be taken");
        dryRun.selectedProperty().addListener(changed -> answer.setText(manner(by)));
        answer.setText(manner(by));
        Tooltip whole = new Tooltip();
        whole.textProperty().bind(answer.textProperty());
        whole.setWrapText(true);
        whole.setMaxWidth(TIP_WIDTH);
        answer.setTooltip(whole);
        choose(Optional.empty());
        root.getChildren().addAll(probes, training, line("", dryRun, answer));
    }

    Region node() {
        return root;
    }

    /** Which probe the commands about one are for. */
    void choose(Optional<String> probe) {
        chosen = probe;
        aboutOne.forEach(button -> button.setDisable(probe.isEmpty()));
        about.setText(probe.orElse("a probe that is chosen in the tree"));
    }

    private String manner(Control by) {
        return dryRun.isSelected()
                ? "The run is only asked whether it would obey; untick to send."
                : "Commands are sent as " + by.operator() + ", and change the run.";
    }

    private static HBox line(String title, Node... parts) {
        HBox line = new HBox(8);
        if (!title.isEmpty()) {
            Label name = Labels.styled(title, "strong");
            name.setMinWidth(TITLE_WIDTH);
            line.getChildren().add(name);
        }
        line.getChildren().addAll(parts);
        line.getStyleClass().add("controls");
        return line;
    }

    private static Button button(String does) {
        Button button = new Button(does);
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    private Button button(Control by, String does, Command command) {
        Button button = button(does);
        button.setOnAction(event -> give(by, command));
        return button;
    }

    private void give(Control by, Command command) {
        answer.setText("Waiting for an answer…");
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
