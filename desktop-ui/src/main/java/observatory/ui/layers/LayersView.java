package observatory.ui.layers;

import java.util.List;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.chart.HeatCells;
import observatory.ui.chart.HeatMap;
import observatory.ui.chart.HeatView;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotActions;
import observatory.ui.chart.PlotView;
import observatory.ui.chart.Pool;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.frame.Screen;

/** The heat map of layers over steps, with the profile and the history of what is picked out below it. */
public final class LayersView implements Screen, PlotActions {
    private static final double CHARTS_HEIGHT = 170;
    private static final double CHARTS_SHARE = 0.25;
    private static final double AIR = 0.15; // layers beside the first and the last, so that their marks are whole

    private final Workbench bench;
    private final LayersModel model;
    private final ComboBox<String> metrics = new ComboBox<>();
    private final TextField filter = new TextField();
    private final ComboBox<Grouping> grouping = new ComboBox<>();
    private final ComboBox<Pool> pool = new ComboBox<>();
    private final Button fold = new Button("Fold");
    private final ToggleButton relative = new ToggleButton("Deviations");
    private final HeatLegend legend = new HeatLegend();
    private final HeatView heat;
    private final PlotView profile = new PlotView(this, StepLabels.numbersOf("layer"));
    private final PlotView history;
    private final VBox root;

    public LayersView(Workbench bench) {
        this.bench = bench;
        this.model = new LayersModel(bench);
        this.heat = new HeatView(bench, bench.labels(), picking(), this::drawn);
        this.history = new PlotView(bench, bench.labels());
        metrics.setAccessibleText("Metric");
        metrics.setOnAction(event -> {
            if (metrics.getValue() != null) {
                model.metricProperty().set(metrics.getValue());
                refresh();
            }
        });
        filter.setPromptText("filter sites (/)");
        filter.setPrefColumnCount(10);
        filter.setAccessibleText("Filter of sites, a regular expression");
        filter.textProperty().bindBidirectional(model.filterProperty());
        filter.textProperty().addListener(changed -> refresh());
        relative.selectedProperty().bindBidirectional(model.relativeProperty());
        relative.setOnAction(event -> refresh());
        relative.setMinWidth(Region.USE_PREF_SIZE);
        relative.setTooltip(new Tooltip("deviations of each site from its own median (H)"));
        grouping.getItems().setAll(Grouping.values());
        grouping.valueProperty().bindBidirectional(model.groupingProperty());
        grouping.setAccessibleText("How sites lie together");
        grouping.setOnAction(event -> refresh());
        pool.getItems().setAll(Pool.values());
        pool.setAccessibleText("What a cell shows of its steps");
        pool.setTooltip(new Tooltip("what a cell shows of its steps"));
        pool.setOnAction(event -> {
            if (pool.getValue() != null && pool.getValue() != model.pool()) {
                model.pool(pool.getValue());
                refresh();
            }
        });
        fold.getStyleClass().add("fold");
        fold.setMinWidth(Region.USE_PREF_SIZE);
        fold.setTooltip(new Tooltip("folds or unfolds all groups (F); one by Enter, or a press on its name"));
        fold.setOnAction(event -> foldAll());
        FlowPane head = new FlowPane(8, 6, metrics, pool, grouping, fold, filter, relative, legend.node());
        head.getStyleClass().add("controls");
        heat.setOnKeyPressed(event -> {
            switch (event.getCode()) {
                case UP -> model.move(-1);
                case DOWN -> model.move(1);
                case ENTER -> picking().fold(model.chosenRow());
                default -> {
                    return;
                }
            }
            event.consume();
        });
        HBox charts = new HBox(10, profile, history);
        charts.setMinHeight(CHARTS_HEIGHT);
        HBox.setHgrow(history, Priority.ALWAYS);
        profile.setMinWidth(280);
        profile.setPrefWidth(320);
        root = new VBox(10, head, heat, charts);
        root.getStyleClass().add("screen");
        root.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.SLASH && !event.isShiftDown()) {
                filter.requestFocus();
                event.consume();
            } else if (event.getCode() == KeyCode.H) {
                relative.fire();
            } else if (event.getCode() == KeyCode.F) {
                fold.fire();
            }
        });
        charts.prefHeightProperty().bind(root.heightProperty().multiply(CHARTS_SHARE));
        VBox.setVgrow(heat, Priority.ALWAYS);
    }

    private HeatView.Picking picking() {
        return new HeatView.Picking() {
            @Override
            public void pick(int row, double step) {
                model.choose(row, step);
            }

            @Override
            public void fold(int row) {
                model.fold(row);
                refresh();
            }
        };
    }

    private void foldAll() {
        model.foldAll();
        refresh();
    }

    @Override
    public String title() {
        return "Layers";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        List<String> names = model.metrics();
        HeatMap map = model.map();
        if (!metrics.getItems().equals(names)) {
            metrics.getItems().setAll(names);
        }
        metrics.setValue(model.metricProperty().get());
        pool.setValue(model.pool());
        fold.setText(model.allFolded() ? "Unfold" : "Fold");
        double cross = bench.crosshairProperty().get();
        var palette = bench.themeProperty().get().palette();
        heat.draw(map, bench.steps(), model.chosenRow(), cross, palette);
        history.draw(model.history(), bench.steps(), palette);
        history.crosshair(cross);
        Plot layers = model.profile();
        boolean any = !layers.traces().isEmpty()
                && !layers.traces().getFirst().index().empty();
        Span span = any
                ? new Span(
                        layers.traces().getFirst().index().firstStep() - AIR,
                        layers.traces().getFirst().index().lastStep() + AIR)
                : new Span(0, 1);
        profile.draw(layers, span, palette);
        profile.crosshair(
                bench.siteProperty().get() == null
                        ? Double.NaN
                        : bench.siteProperty().get().layer());
    }

    private void drawn(HeatCells cells, HeatMap map) {
        legend.show(cells, map.relative());
        heat.setAccessibleText("Heat map of " + map.metric() + " at "
                + map.rows().size() + " sites, from " + Numbers.of(cells.low()) + " to " + Numbers.of(cells.high()));
    }

    @Override
    public void hover(double layer) {
        // The profile's axis are layers, which no other chart shares.
    }

    @Override
    public void show(Span layers) {
        // All layers are always in view.
    }

    @Override
    public void fit() {
        // All layers are always in view.
    }

    /** A layer of the profile was pressed: its site is picked out. */
    @Override
    public void pick(double layer) {
        model.pickLayer(Math.round(layer));
    }
}
