package observatory.ui.compare;

import java.util.List;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.util.StringConverter;
import observatory.probe.RunId;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotActions;
import observatory.ui.chart.PlotView;
import observatory.ui.chart.Span;
import observatory.ui.chart.StepLabels;
import observatory.ui.chart.Ticks;
import observatory.ui.data.Recording;
import observatory.ui.frame.Screen;
import observatory.ui.frame.Tables;

/** Runs over each other, and the settings in which they differ. */
public final class CompareView implements Screen, PlotActions {
    private final Workbench bench;
    private final CompareModel model;
    private final ComboBox<String> scalars = new ComboBox<>();
    private final ComboBox<Alignment> alignments = new ComboBox<>();
    private final FlowPane names = new FlowPane(16, 4);
    private final Label divergence = new Label();
    private final PlotView plot;
    private final TableView<CompareModel.Setting> settings =
            Tables.of("Settings that differ", "The runs do not differ in what they say of themselves.");
    private final VBox root;
    private Span marked;
    private double picked = Double.NaN;
    private List<RunId> columns = List.of();

    public CompareView(Workbench bench) {
        this.bench = bench;
        this.model = new CompareModel(bench);
        this.plot = new PlotView(this, labels());
        scalars.setAccessibleText("Series to compare");
        scalars.setOnAction(event -> {
            if (scalars.getValue() != null) {
                model.scalarProperty().set(scalars.getValue());
                refresh();
            }
        });
        alignments.getItems().setAll(Alignment.values());
        alignments.setAccessibleText("Align by");
        alignments.setConverter(new StringConverter<>() {
            @Override
            public String toString(Alignment alignment) {
                return alignment == null ? "" : alignment.label();
            }

            @Override
            public Alignment fromString(String text) {
                throw new UnsupportedOperationException("the list is not typed into: " + text);
            }
        });
        alignments.valueProperty().bindBidirectional(model.alignmentProperty());
        alignments.setOnAction(event -> {
            marked = null;
            picked = Double.NaN;
            plot.crosshair(picked);
            refresh();
        });
        divergence.setWrapText(true);
        divergence.setMinHeight(Region.USE_PREF_SIZE);
        HBox head = new HBox(8, scalars, new Label("aligned by"), alignments);
        head.getStyleClass().add("controls");
        settings.getStyleClass().add("of-runs");
        settings.setPrefHeight(170);
        settings.setMinHeight(110);
        settings.managedProperty().bind(settings.visibleProperty());
        root = new VBox(10, head, names, plot, divergence, settings);
        root.getStyleClass().add("screen");
        VBox.setVgrow(plot, Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Compare";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        if (!scalars.getItems().equals(model.scalars())) {
            scalars.getItems().setAll(model.scalars());
        }
        scalars.setValue(model.scalarProperty().get());
        List<Recording> runs = model.runs();
        List<RunId> ids = runs.stream().map(Recording::run).toList();
        if (!ids.equals(columns)) {
            columns = ids; // also where one has taken another's place, or a log has told its name
            columns(runs);
        }
        Plot drawn = model.plot();
        plot.draw(
                drawn,
                marked == null ? model.span(drawn) : marked,
                bench.themeProperty().get().palette());
        divergence.setText(model.divergence());
        settings.setVisible(runs.size() > 1);
        Tables.fill(settings, model.settings(), CompareModel.Setting::name);
    }

    private StepLabels labels() {
        return new StepLabels() {
            @Override
            public List<Ticks.Tick> over(Span places, int most) {
                return now().over(places, most);
            }

            @Override
            public String across() {
                return now().across();
            }

            @Override
            public String at(long place, boolean exact) {
                return now().at(place, exact);
            }

            private StepLabels now() {
                return model.alignmentProperty().get().labels();
            }
        };
    }

    private void columns(List<Recording> runs) {
        settings.getColumns().clear();
        names.getChildren().clear();
        Tables.text(settings, "setting", 150, CompareModel.Setting::name);
        for (int i = 0; i < runs.size(); i++) {
            int number = i;
            String name = CompareModel.name(runs.get(i), i);
            Tables.text(
                    settings,
                    name,
                    200,
                    setting ->
                            setting.values().size() > number ? setting.values().get(number) : "");
            Label label = new Label("━ " + name);
            label.setStyle("-fx-text-fill: -obs-series-" + (i + 1) + ";");
            label.getStyleClass().add("strong");
            names.getChildren().add(label);
        }
    }

    @Override
    public void hover(double place) {
        plot.crosshair(Double.isNaN(place) ? picked : place);
    }

    @Override
    public void show(Span places) {
        marked = places.within(model.span(model.plot()));
        refresh();
    }

    @Override
    public void fit() {
        marked = null;
        refresh();
    }

    @Override
    public void pick(double place) {
        picked = place;
        plot.crosshair(place);
    }
}
