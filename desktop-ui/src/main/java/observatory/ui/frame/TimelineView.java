package observatory.ui.frame;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Region;
import observatory.analysis.Incident;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Span;
import observatory.ui.chart.Strip;

/** The strip below all screens: the whole run, its signs, and the brush. */
final class TimelineView {
    private static final double HEIGHT = 34;
    private static final double SIGNS = 18;
    private static final int MOST_SIGNS = 200;

    private final Workbench bench;
    private final TimelineModel model;
    private final Strip strip;
    private final Pane signs = new Pane();
    private final Label from = new Label();
    private final Label to = new Label();
    private final Map<TimelineModel.Glyph, Label> drawn = new HashMap<>();
    private final BorderPane root = new BorderPane();

    TimelineView(Workbench bench) {
        this.bench = bench;
        this.model = new TimelineModel(bench);
        this.strip = new Strip(bench);
        strip.setPrefHeight(HEIGHT);
        signs.setPrefHeight(SIGNS);
        signs.setMinWidth(0);
        from.getStyleClass().add("soft");
        to.getStyleClass().add("soft");
        BorderPane middle = new BorderPane(strip);
        middle.setTop(signs);
        root.setCenter(middle);
        root.setBottom(new BorderPane(null, null, to, null, from));
        root.getStyleClass().add("timeline");
        root.setAccessibleText("Timeline of the whole run");
    }

    Region node() {
        return root;
    }

    void refresh() {
        Span all = bench.whole();
        Span shown = bench.steps();
        strip.draw(
                model.plot(),
                all,
                shown,
                bench.crosshairProperty().get(),
                bench.themeProperty().get().palette());
        List<TimelineModel.Glyph> glyphs = model.glyphs();
        // The newest of very many: what they lie on is drawn in any case.
        List<TimelineModel.Glyph> fewer = glyphs.subList(Math.max(0, glyphs.size() - MOST_SIGNS), glyphs.size());
        drawn.keySet()
                .removeIf(old -> !fewer.contains(old) && signs.getChildren().remove(drawn.get(old)));
        for (TimelineModel.Glyph glyph : fewer) {
            Label label = drawn.computeIfAbsent(glyph, this::label);
            label.autosize();
            double x = strip.xOf(glyph.step()) - label.getWidth() / 2;
            label.relocate(Math.clamp(x, 0, Math.max(0, signs.getWidth() - label.getWidth())), 0);
        }
        from.setText(
                bench.run().frames().empty()
                        ? ""
                        : Incident.steps((long) Math.ceil(shown.low()), (long) Math.floor(shown.high()))
                                + (bench.brushProperty().get() == null ? "  whole run" : "")
                                + (bench.pausedProperty().get() ? "  paused" : ""));
        double perPixel = shown.length() / Math.max(1, strip.getWidth());
        to.setText(perPixel <= 1 ? "" : "1 pixel = " + Numbers.of(perPixel) + " steps, greatest and least");
    }

    private Label label(TimelineModel.Glyph glyph) {
        Label label = new Label(glyph.sign());
        label.setStyle("-fx-text-fill: -obs-" + glyph.colour() + ";");
        label.setTooltip(new Tooltip(glyph.words()));
        label.setAccessibleText(glyph.words());
        label.setOnMouseClicked(event -> bench.goTo(glyph.step()));
        signs.getChildren().add(label);
        return label;
    }
}
