package observatory.ui.frame;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import observatory.ui.Workbench;
import observatory.ui.chart.ChartTable;
import observatory.ui.chart.Export;
import observatory.ui.chart.Plot;
import observatory.ui.chart.PlotView;
import observatory.ui.chart.Span;

/** What one can take out of a chart: a figure, a table in a file, or its numbers on the clipboard. */
final class Exports {
    private final Screens screens;
    private final Workbench bench;
    private final Outside outside;
    private final NoticesView notices;

    Exports(Screens screens, Workbench bench, Outside outside, NoticesView notices) {
        this.screens = screens;
        this.bench = bench;
        this.outside = outside;
        this.notices = notices;
    }

    /** Something that writes a plot to a file. */
    private interface Writing {
        Path write(Plot plot, Span steps) throws IOException;
    }

    /** The chart that has the focus, else the first on the screen. */
    Optional<Plot> chart() {
        Node focus = screens.node().getScene().getFocusOwner();
        if (focus instanceof PlotView view && view.plot() != null) {
            return Optional.of(view.plot());
        }
        return screens.current().node().lookupAll(".plot").stream()
                .filter(node -> node instanceof PlotView view && view.plot() != null)
                .map(node -> ((PlotView) node).plot())
                .findFirst();
    }

    void csv() {
        write((plot, steps) -> Export.csv(plot, steps, outside.exports()));
    }

    void png() {
        write((plot, steps) ->
                Export.png(plot, steps, bench.themeProperty().get().palette(), outside.exports()));
    }

    void copy() {
        chart().ifPresent(plot -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(ChartTable.csv(plot, bench.steps()));
            Clipboard.getSystemClipboard().setContent(content);
            notices.say(plot.title() + " is on the clipboard");
        });
    }

    private void write(Writing writing) {
        chart().ifPresent(plot -> {
            try {
                notices.say("written: " + writing.write(plot, bench.steps()));
            } catch (IOException e) {
                notices.say("cannot write to " + outside.exports() + ": " + e.getMessage());
            }
        });
    }
}
