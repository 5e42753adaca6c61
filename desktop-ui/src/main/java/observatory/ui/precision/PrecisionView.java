package observatory.ui.precision;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.binding.Bindings;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.util.StringConverter;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.frame.PlotGrid;
import observatory.ui.frame.Screen;
import observatory.ui.frame.Tables;
import observatory.ui.overview.Analysis;

/** Magnitudes against the edges of a format, doublings left, and the loss scale. */
public final class PrecisionView implements Screen {
    private static final double CHARTS_HEIGHT = 190;
    private static final double CHARTS_SHARE = 0.34;
    private static final double HISTOGRAM_WIDTH = 290;
    private static final double RANGES_WIDTH = 240;
    private static final double HISTOGRAM_SHARE = 0.36;

    private final Workbench bench;
    private final PrecisionModel model;
    private final ComboBox<Format> formats = new ComboBox<>();
    private final Label at = new Label();
    private final RangeView ranges;
    private final TableView<PrecisionModel.Range> table = Tables.of("Doublings left", "");
    private final HistogramView histogram = new HistogramView();
    private final PlotGrid charts;
    private final VBox root;

    public PrecisionView(Workbench bench) {
        this.bench = bench;
        this.model = new PrecisionModel(bench);
        this.ranges = new RangeView(site -> bench.siteProperty().set(site));
        this.charts = new PlotGrid(bench);
        formats.getItems().setAll(Format.values());
        formats.setConverter(new StringConverter<>() {
            @Override
            public String toString(Format format) {
                return format == null ? "" : format.label();
            }

            @Override
            public Format fromString(String text) {
                return Format.valueOf(text.toUpperCase(Locale.ROOT));
            }
        });
        formats.valueProperty().bindBidirectional(model.formatProperty());
        formats.setOnAction(event -> refresh());
        formats.setAccessibleText("Format to look at");
        Tables.text(table, "site", 190, range -> range.site().label());
        Tables.number(table, "bits\nleft", 74, range -> range.left());
        Tables.number(
                table,
                "steps\nleft",
                70,
                range -> range.stepsLeft().isPresent()
                        ? Numbers.of(range.stepsLeft().getAsDouble())
                        : "–");
        Tables.number(
                table,
                "to\nzero",
                62,
                range -> range.flushed().isPresent()
                        ? Numbers.percent(range.flushed().getAsDouble())
                        : "–");
        table.getSelectionModel().selectedItemProperty().addListener((all, old, range) -> {
            if (range != null && !range.site().equals(bench.siteProperty().get())) {
                bench.siteProperty().set(range.site());
            }
        });
        table.setPrefWidth(440);
        table.setMinWidth(300);
        Label what = new Label("Seen as");
        at.getStyleClass().add("soft");
        HBox head = new HBox(8, what, formats, at);
        head.getStyleClass().add("controls");
        what.setMinWidth(Region.USE_PREF_SIZE);
        formats.setMinWidth(Region.USE_PREF_SIZE);
        ranges.setMinWidth(RANGES_WIDTH);
        HBox middle = new HBox(10, ranges, table);
        HBox.setHgrow(ranges, Priority.ALWAYS);
        HBox low = new HBox(10, histogram, charts.node());
        histogram.setMinWidth(HISTOGRAM_WIDTH);
        HBox.setHgrow(histogram, Priority.SOMETIMES);
        HBox.setHgrow(charts.node(), Priority.ALWAYS);
        low.setMinHeight(CHARTS_HEIGHT);
        root = new VBox(10, head, middle, low);
        low.prefHeightProperty()
                .bind(Bindings.max(CHARTS_HEIGHT, root.heightProperty().multiply(CHARTS_SHARE)));
        histogram
                .prefWidthProperty()
                .bind(Bindings.max(HISTOGRAM_WIDTH, root.widthProperty().multiply(HISTOGRAM_SHARE)));
        root.getStyleClass().add("screen");
        VBox.setVgrow(middle, Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Precision";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        List<PrecisionModel.Range> all = model.ranges();
        Site site = bench.siteProperty().get();
        ranges.draw(
                all,
                model.formatProperty().get(),
                site,
                bench.themeProperty().get().palette());
        Tables.fill(table, all, PrecisionModel.Range::site, site);
        Tables.none(table, bench.missing("No step has the metric abs_max; " + Analysis.enable("abs_max")));
        long step = model.step();
        at.setText(
                step < 0
                        ? "no magnitudes yet"
                        : "at step " + Numbers.whole(step)
                                + ": from the least magnitude to the largest, a tick at the rms");
        Site shown = site != null || all.isEmpty() ? site : all.getFirst().site();
        Optional<PrecisionModel.Range> range =
                all.stream().filter(one -> one.site().equals(shown)).findFirst();
        histogram.draw(
                shown,
                shown == null
                        ? Optional.empty()
                        : range.map(PrecisionModel.Range::histogram).orElseGet(() -> model.histogram(shown)),
                range.map(PrecisionModel.Range::lost).orElse(""),
                model.formatProperty().get(),
                bench.themeProperty().get().palette());
        Plot history = model.history(shown);
        charts.show(model.hasLossScale() ? List.of(history, model.lossScale()) : List.of(history));
    }
}
