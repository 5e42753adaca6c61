package observatory.ui.noise;

import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.frame.PlotGrid;
import observatory.ui.frame.Screen;
import observatory.ui.overview.Analysis;

/** The noise scale with its band against the batch in use, and the two parts it is made of. */
public final class NoiseView implements Screen {
    private final Workbench bench;
    private final NoiseModel model;
    private final Label sentence = new Label();
    private final PlotGrid scale;
    private final PlotGrid parts;
    private final VBox root;

    public NoiseView(Workbench bench) {
        this.bench = bench;
        this.model = new NoiseModel(bench);
        this.scale = new PlotGrid(bench);
        this.parts = new PlotGrid(bench);
        sentence.setWrapText(true);
        sentence.setMinHeight(Region.USE_PREF_SIZE);
        sentence.getStyleClass().add("banner");
        sentence.setMaxWidth(Double.MAX_VALUE);
        parts.node().setPrefHeight(190);
        parts.node().setMinHeight(130);
        root = new VBox(10, sentence, scale.node(), parts.node());
        root.getStyleClass().add("screen");
        VBox.setVgrow(scale.node(), Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Noise";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        if (!model.measured()) {
            sentence.setText(bench.missing(
                    "This run does not report the noise of its gradient; " + Analysis.enable("gradient_noise_trace")));
            scale.show(List.of());
            parts.show(List.of());
            return;
        }
        sentence.setText(model.sentence());
        List<Plot> plots = model.plots();
        scale.show(plots.subList(0, 1));
        parts.show(plots.subList(1, plots.size()));
    }
}
