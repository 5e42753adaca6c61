package observatory.ui.replay;

import javafx.geometry.HPos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.TextField;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.analysis.Verdict;
import observatory.analysis.replay.ReplayResult;
import observatory.ui.chart.Numbers;
import observatory.ui.frame.Labels;
import observatory.ui.replay.ReplayModel.Shown;

/** The replay of an incident: a button, and above what else is told of it how far it is and what it came to. */
public final class ReplayView {
    private static final int MOST_SAMPLES = 5;

    private final ReplayModel model;
    private final Button button = new Button("Run the experiment");
    private final ProgressBar progress = new ProgressBar();
    private final Label status = Labels.paragraph("", "soft");
    private final VBox result = new VBox(6);
    private final VBox root;

    public ReplayView(ReplayModel model) {
        this.model = model;
        button.setAccessibleText("Run the incident again with one thing changed at a time");
        progress.setMaxWidth(Double.MAX_VALUE);
        button.setOnAction(event -> {
            if (model.shownProperty().get() instanceof Shown.Running) {
                model.stop();
            } else {
                model.start();
            }
        });
        button.setMinWidth(Region.USE_PREF_SIZE);
        Labels.seen(button, model.offered());
        root = new VBox(6, Labels.heading("Replay by experiment"), progress, status, result);
        root.getStyleClass().add("detail");
        model.shownProperty().addListener((property, old, now) -> show(now));
        model.possibleProperty()
                .addListener(changed -> able(model.shownProperty().get() instanceof Shown.Running));
        show(model.shownProperty().get());
    }

    /** What it came to; takes no room where nothing is to be told. */
    public Region node() {
        return root;
    }

    /** Begins it, and stops it while it runs. */
    public Button button() {
        return button;
    }

    private void show(Shown shown) {
        boolean running = shown instanceof Shown.Running;
        button.setText(running ? "Stop" : shown instanceof Shown.Done ? "Run it again" : "Run the experiment");
        able(running);
        Labels.seen(progress, running);
        Labels.seen(
                root,
                model.offered()
                        && !(shown instanceof Shown.Idle none && none.reason().isEmpty()));
        switch (shown) {
            case Shown.Idle idle -> tell(idle.reason());
            case Shown.Refused refused -> tell(refused.reason());
            case Shown.Running now -> {
                progress.setProgress(now.share());
                tell(now.doing());
            }
            case Shown.Done done -> tell(done.result());
        }
    }

    private void able(boolean running) {
        button.setDisable(!running && !model.possibleProperty().get());
    }

    private void tell(String words) {
        status.setText(words);
        Labels.seen(status, !words.isEmpty());
        result.getChildren().clear();
    }

    private void tell(ReplayResult done) {
        tell("");
        Label verdict = Labels.paragraph(
                done.verdict() == Verdict.UNDETERMINED
                        ? "undetermined"
                        : done.verdict().label() + ", wrong with a probability of at most "
                                + Numbers.probability(done.errorProbability()),
                "strong");
        result.getChildren().addAll(verdict, Labels.paragraph(done.because()));
        outcomes(done);
        samples(done);
        interventions(done);
        if (!done.complete()) {
            result.getChildren().add(Labels.paragraph("Stopped; another replay goes on where this one was.", "soft"));
        }
    }

    private void outcomes(ReplayResult done) {
        if (done.outcomes().isEmpty()) {
            return;
        }
        GridPane grid = new GridPane(10, 3);
        ColumnConstraints name = new ColumnConstraints();
        name.setHgrow(Priority.ALWAYS);
        ColumnConstraints number = new ColumnConstraints();
        number.setHalignment(HPos.RIGHT);
        number.setMinWidth(Region.USE_PREF_SIZE);
        grid.getColumnConstraints().addAll(name, number);
        int row = 0;
        for (ReplayResult.Outcome one : done.outcomes()) {
            Label what = Labels.paragraph(one.name(), "soft");
            Label gone = new Label(one.gone());
            gone.setMinWidth(Region.USE_PREF_SIZE);
            grid.addRow(row++, what, gone);
        }
        result.getChildren().addAll(Labels.heading("Share of the symptom that is gone"), grid);
    }

    private void samples(ReplayResult done) {
        long named = done.samples().stream().filter(ReplayResult.Culprit::named).count();
        if (named > 0) {
            result.getChildren()
                    .add(Labels.heading("Sequences named, " + named + " of "
                            + done.samples().size()));
            done.samples().stream()
                    .filter(ReplayResult.Culprit::named)
                    .limit(MOST_SAMPLES)
                    .forEach(one -> result.getChildren()
                            .add(Labels.paragraph(
                                    one.source() + " at " + Numbers.whole(one.offset()) + ": " + one.why(), "soft")));
        }
    }

    private void interventions(ReplayResult done) {
        done.interventions().stream().filter(ReplayResult.Intervention::best).forEach(best -> {
            result.getChildren()
                    .addAll(Labels.heading("What came out best, tried forward"), Labels.paragraph(best.name()));
            best.commands().forEach(command -> {
                TextField field = new TextField(command);
                field.setEditable(false);
                field.setAccessibleText("Command for the trainer");
                result.getChildren().add(field);
            });
        });
    }
}
