package observatory.ui.batch;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javafx.beans.binding.Bindings;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.frame.Labels;
import observatory.ui.frame.PlotGrid;
import observatory.ui.frame.Screen;
import observatory.ui.frame.Tables;
import observatory.ui.incident.Words;

/** The batch of a step, sequence by sequence, and the losses of batches and sources around it. */
public final class DataView implements Screen {
    private static final double CHARTS_HEIGHT = 200;
    private static final double CHARTS_SHARE = 0.42; // of a window with more room than that

    private final Workbench bench;
    private final DataModel model;
    private final Label title = new Label();
    private final Label sentence = Labels.paragraph("");
    private final TableView<DataModel.Row> table = Tables.of("Sequences of a batch", "");
    private final PlotGrid charts;
    private final VBox root;
    private List<String> measures = List.of();

    public DataView(Workbench bench) {
        this.bench = bench;
        this.model = new DataModel(bench);
        this.charts = new PlotGrid(bench);
        title.getStyleClass().add("section-title");
        table.getStyleClass().add("many-columns");
        columns();
        Button skip = new Button("Copy skip list");
        skip.setMinWidth(Region.USE_PREF_SIZE);
        skip.setAccessibleText("Copy the places of the sequences that stand out");
        skip.setOnAction(event -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(model.skipList());
            Clipboard.getSystemClipboard().setContent(content);
        });
        Label hint = Labels.styled("Text never leaves the trainer: a source and an offset name a sequence.", "soft");
        Region gap = new Region();
        HBox.setHgrow(gap, Priority.ALWAYS);
        HBox foot = new HBox(10, hint, gap, skip);
        foot.getStyleClass().add("controls");
        charts.node().setMinHeight(CHARTS_HEIGHT);
        root = new VBox(8, title, sentence, table, foot, charts.node());
        root.getStyleClass().add("screen");
        charts.node()
                .prefHeightProperty()
                .bind(Bindings.max(CHARTS_HEIGHT, root.heightProperty().multiply(CHARTS_SHARE)));
        VBox.setVgrow(table, Priority.ALWAYS);
    }

    @Override
    public String title() {
        return "Data";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void refresh() {
        title.setText(
                model.step().map(step -> "Batch of step " + Numbers.whole(step)).orElse("Batch"));
        List<DataModel.Row> rows = model.rows();
        sentence.setText(rows.isEmpty() ? "" : DataModel.sentence(rows));
        Labels.seen(sentence, !rows.isEmpty());
        Tables.none(table, bench.missing(DataModel.none(bench.run())));
        if (!measures.equals(model.measures())) {
            measures = model.measures();
            columns();
        }
        Tables.fill(table, rows, DataModel.Row::number);
        charts.show(model.plots());
    }

    private void columns() {
        table.getColumns().clear();
        Tables.number(table, "#", 30, row -> Integer.toString(row.number()));
        Tables.text(table, "source", 58, DataModel.Row::source);
        Tables.number(table, "offset", 78, row -> Numbers.whole(row.offset()));
        Tables.number(table, "loss", 58, row -> Numbers.of(row.loss()));
        Tables.number(table, "deviations", 78, row -> Numbers.of(row.deviations()));
        Tables.text(
                table,
                "also at\nstep",
                54,
                row -> row.seenAt().stream().map(Numbers::whole).collect(Collectors.joining(", ")));
        for (String measure : measures) {
            Tables.number(
                    table,
                    Words.plain(measure).toLowerCase(Locale.ROOT).replace(' ', '\n'), // whole, in a narrow column
                    64,
                    row -> row.measured().containsKey(measure)
                            ? Numbers.of(row.measured().get(measure))
                            : "");
        }
    }
}
