package observatory.ui.spectra;

import java.util.List;
import java.util.OptionalDouble;
import javafx.scene.control.TableView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotView;
import observatory.ui.chart.PowerLabels;
import observatory.ui.frame.Screen;
import observatory.ui.frame.StillActions;
import observatory.ui.frame.Tables;
import observatory.ui.overview.Analysis;

/** Weights in a table, their norms over steps, and the spectrum of one of them. */
public final class SpectraView implements Screen {
    private static final double CHARTS_SHARE = 0.4;
    private static final double CHART_WIDTH = 260;

    private final Workbench bench;
    private final SpectraModel model;
    private final TableView<SpectraModel.Row> table = Tables.of("Weights", "");
    private final PlotView norms;
    private final PlotView values;
    private final PlotView density = new PlotView(new StillActions(), new PowerLabels("eigenvalue"));
    private final VBox root;

    public SpectraView(Workbench bench) {
        this.bench = bench;
        this.model = new SpectraModel(bench);
        this.norms = new PlotView(bench, bench.labels());
        this.values = new PlotView(bench, bench.labels());
        Tables.text(table, "weight", 170, row -> SpectraModel.name(row.site()));
        Tables.number(table, "spectral\nnorm", 78, row -> Numbers.of(row.spectralNorm()));
        Tables.number(table, "since\nthe start", 84, row -> row.change().isPresent() ? "× " + text(row.change()) : "–");
        Tables.number(table, "stable\nrank", 74, row -> text(row.stableRank()));
        Tables.number(table, "Frobenius\nnorm", 92, row -> text(row.frobenius()));
        Tables.number(table, "alpha", 64, row -> text(row.alpha()));
        table.getSelectionModel().selectedItemProperty().addListener((all, old, row) -> {
            if (row != null && !row.site().equals(bench.siteProperty().get())) {
                bench.siteProperty().set(row.site());
            }
        });
        HBox charts = new HBox(10, norms, values, density);
        for (PlotView chart : List.of(norms, values, density)) {
            HBox.setHgrow(chart, Priority.ALWAYS);
            chart.setPrefWidth(CHART_WIDTH);
        }
        charts.setMinHeight(170);
        root = new VBox(10, table, charts);
        charts.prefHeightProperty().bind(root.heightProperty().multiply(CHARTS_SHARE));
        root.getStyleClass().add("screen");
        VBox.setVgrow(table, Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Spectra";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        List<SpectraModel.Row> rows = model.rows();
        Tables.fill(table, rows, SpectraModel.Row::site, bench.siteProperty().get());
        Tables.none(table, bench.missing("No step has the metric spectral_norm; " + Analysis.enable("spectral_norm")));
        var palette = bench.themeProperty().get().palette();
        norms.draw(model.norms(rows), bench.steps(), palette);
        norms.crosshair(bench.crosshairProperty().get());
        values.draw(model.singularValues(rows), bench.steps(), palette);
        values.crosshair(bench.crosshairProperty().get());
        Plot eigenvalues = model.density(rows);
        density.draw(eigenvalues, model.eigenvalues(eigenvalues), palette);
    }

    private static String text(OptionalDouble value) {
        return value.isPresent() ? Numbers.of(value.getAsDouble()) : "–";
    }
}
