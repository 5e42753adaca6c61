package observatory.ui.frame;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import observatory.ui.Workbench;
import observatory.ui.chart.Drawn;
import observatory.ui.chart.Export;
import observatory.ui.chart.Twin;

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

    /** Something that writes a picture to a file. */
    private interface Writing {
        Path write(Twin twin) throws IOException;
    }

    /** The picture that has the focus, else the first on the screen. */
    Optional<Twin> chart() {
        Node focus = screens.node().getScene().getFocusOwner();
        if (focus instanceof Drawn drawn && drawn.twin().isPresent()) {
            return drawn.twin();
        }
        return screens.current().node().lookupAll(".plot").stream()
                .filter(Drawn.class::isInstance)
                .flatMap(node -> ((Drawn) node).twin().stream())
                .findFirst();
    }

    void csv() {
        write(twin -> Export.csv(twin, outside.exports()));
    }

    void png() {
        write(twin -> Export.png(twin, bench.themeProperty().get().palette(), outside.exports()));
    }

    void copy() {
        chart().ifPresent(twin -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(twin.table(Integer.MAX_VALUE, true).csv());
            Clipboard.getSystemClipboard().setContent(content);
            notices.say(twin.title() + " is on the clipboard");
        });
    }

    private void write(Writing writing) {
        chart().ifPresent(twin -> {
            try {
                notices.say("written: " + writing.write(twin));
            } catch (IOException e) {
                notices.say("cannot write to " + outside.exports() + ": " + e.getMessage());
            }
        });
    }
}
