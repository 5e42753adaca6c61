package observatory.ui.frame;

import java.util.List;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import observatory.ui.Workbench;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** How the charts are drawn: paused, on which scale, how smooth, with or without outliers; and the theme. */
final class ControlsView {
    private static final double MOST_SMOOTHING = 0.99;

    private final Label smooth = Labels.styled("smooth", "soft");
    private final Slider smoothing;
    private final HBox root;

    ControlsView(Workbench bench, Runnable help) {
        ToggleButton pause = new ToggleButton("", new FontIcon(Feather.PAUSE));
        name(pause, "Pause the view, never the run", "Space");
        pause.setOnAction(event -> bench.pause(pause.isSelected()));
        bench.pausedProperty().addListener((property, old, on) -> pause.setSelected(on));

        Button scale = new Button();
        scale.setText(bench.scaleProperty().get().label());
        scale.setOnAction(
                event -> bench.scaleProperty().set(bench.scaleProperty().get().next()));
        bench.scaleProperty().addListener((property, old, kind) -> scale.setText(kind.label()));
        name(scale, "Scale of the values", "Y");
        scale.setMinWidth(66);

        Button axis = new Button(bench.axisProperty().get().label());
        axis.setOnAction(
                event -> bench.axisProperty().set(bench.axisProperty().get().next()));
        bench.axisProperty().addListener((property, old, kind) -> axis.setText(kind.label()));
        name(axis, "What stands below the charts", "X");
        axis.setMinWidth(66);

        smoothing = new Slider(0, MOST_SMOOTHING, bench.smoothingProperty().get());
        smoothing.valueProperty().bindBidirectional(bench.smoothingProperty());
        smoothing.setPrefWidth(86);
        smoothing.setTooltip(new Tooltip("Smoothing of the lines; the raw line stays behind (S)"));
        smoothing.setAccessibleText("Smoothing");

        ToggleButton clip = new ToggleButton("", new FontIcon(Feather.CROP));
        clip.selectedProperty().bindBidirectional(bench.clipProperty());
        name(clip, "Leave outliers out of the axis", "O");

        Button theme = new Button("", new FontIcon(Feather.MOON));
        theme.setOnAction(
                event -> bench.themeProperty().set(bench.themeProperty().get().other()));
        name(theme, "Light or dark", "D");

        Button keys = new Button("", new FontIcon(Feather.HELP_CIRCLE));
        keys.setOnAction(event -> help.run());
        name(keys, "Shortcuts", "?");

        root = new HBox(6, pause, scale, axis, smooth, smoothing, clip, theme, keys);
        root.getStyleClass().add("controls");
        root.setMinWidth(Region.USE_PREF_SIZE);
    }

    Region node() {
        return root;
    }

    /** The word beside the slider, and the slider, which has a key as well: what a narrow window may leave out. */
    List<Region> dispensable() {
        return List.of(smooth, smoothing);
    }

    private static void name(ButtonBase button, String does, String key) {
        button.setTooltip(new Tooltip(does + " (" + key + ")"));
        button.setAccessibleText(does);
    }
}
