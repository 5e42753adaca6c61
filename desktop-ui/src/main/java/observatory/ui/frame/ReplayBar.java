package observatory.ui.frame;

import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.util.StringConverter;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.source.Replay;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** The keys of a tape recorder, there where the run is a recording. */
final class ReplayBar {
    private final Workbench bench;
    private final Button play = new Button("", new FontIcon(Feather.PLAY));
    private final Slider position = new Slider();
    private final Label at = new Label();
    private final ComboBox<Double> speed = new ComboBox<>();
    private final HBox root;
    private boolean showing;

    ReplayBar(Workbench bench) {
        this.bench = bench;
        Button back = button(Feather.SKIP_BACK, "One step back (,)", () -> step(-1));
        Button forth = button(Feather.SKIP_FORWARD, "One step on (.)", () -> step(1));
        play.setTooltip(new Tooltip("Play or stop (R)"));
        play.setAccessibleText("Play or stop the recording");
        play.setOnAction(event -> toggle());
        speed.getItems().addAll(0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 100.0);
        speed.setConverter(new StringConverter<>() {
            @Override
            public String toString(Double times) {
                return times == null ? "" : Numbers.of(times) + "×";
            }

            @Override
            public Double fromString(String text) {
                return Double.valueOf(text.replace("×", ""));
            }
        });
        speed.setValue(1.0);
        speed.setAccessibleText("Speed of the replay");
        speed.setOnAction(event -> replay().speed(speed.getValue()));
        position.setAccessibleText("Position in the recording");
        position.valueProperty().addListener((property, old, to) -> {
            if (!showing) {
                replay().play(false);
                replay().wind(to.intValue());
            }
        });
        HBox.setHgrow(position, Priority.ALWAYS);
        at.setMinWidth(150);
        at.getStyleClass().add("soft");
        root = new HBox(8, new Label("Replay"), back, play, forth, position, at, speed);
        root.getStyleClass().add("replay");
    }

    Region node() {
        return root;
    }

    /** Plays or stops, where the run is a recording. */
    void toggle() {
        if (bench.sourceProperty().get() instanceof Replay replay) {
            replay.play(!replay.playing());
        }
    }

    /** One item on or back, where the run is a recording. */
    void step(int by) {
        if (bench.sourceProperty().get() instanceof Replay replay) {
            replay.step(by);
        }
    }

    void refresh() {
        boolean there = bench.sourceProperty().get() instanceof Replay;
        Labels.seen(root, there);
        if (!there) {
            return;
        }
        Replay replay = replay();
        showing = true;
        position.setMax(replay.length());
        position.setValue(replay.position());
        speed.setValue(replay.speed());
        showing = false;
        ((FontIcon) play.getGraphic()).setIconCode(replay.playing() ? Feather.PAUSE : Feather.PLAY);
        at.setText(replay.recording()
                .latest()
                .map(frame -> "at step " + Numbers.whole(frame.step()))
                .orElse("at the start"));
    }

    private Replay replay() {
        return (Replay) bench.sourceProperty().get();
    }

    private static Button button(Feather icon, String does, Runnable action) {
        Button button = new Button("", new FontIcon(icon));
        button.setTooltip(new Tooltip(does));
        button.setAccessibleText(does);
        button.setOnAction(event -> action.run());
        return button;
    }
}
