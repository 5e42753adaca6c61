package observatory.ui.overview;

import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.frame.PlotGrid;
import observatory.ui.frame.Screen;

/** The verdict, the main curves, and what the detectors say. */
public final class OverviewView implements Screen {
    private static final double ANALYSIS_HEIGHT = 124;

    private final Workbench bench;
    private final OverviewModel model;
    private final VerdictBanner banner;
    private final PlotGrid charts;
    private final AnalysisView analysis;
    private final VBox root;

    public OverviewView(Workbench bench) {
        this.bench = bench;
        this.model = new OverviewModel(bench);
        this.banner = new VerdictBanner(bench);
        this.charts = new PlotGrid(bench);
        this.analysis = new AnalysisView(bench);
        analysis.node().setMinHeight(ANALYSIS_HEIGHT);
        analysis.node().setPrefHeight(ANALYSIS_HEIGHT);
        root = new VBox(10, banner.node(), charts.node(), analysis.node());
        root.getStyleClass().add("screen");
        VBox.setVgrow(charts.node(), Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Overview";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        charts.show(model.plots());
        words();
    }

    @Override
    public void follow() {
        charts.follow(model.plots());
        words();
    }

    private void words() {
        Analysis judged = Analysis.of(bench.run());
        Source source = bench.sourceProperty().get();
        banner.show(Verdicts.of(bench.run(), source.trouble(), source.caughtUp(), judged));
        analysis.show(judged, source.caughtUp());
    }
}
