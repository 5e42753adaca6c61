package observatory.cli.dashboard;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import javafx.application.Platform;
import javafx.scene.control.TabPane;
import javafx.stage.Window;
import observatory.ui.DeepLink;
import observatory.ui.DesktopWindow;
import observatory.ui.Workbench;
import observatory.ui.chart.Span;
import observatory.ui.frame.Outside;

/**
 * A window that goes somewhere, to be killed there, or one that is opened again: says on its standard output in one
 * line where it is, each time that has changed. Arguments: the log, the folder of its memory, and "go" for the first.
 */
final class Reopen {
    private Reopen() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        Workbench bench = new Workbench(Opening.tape(Path.of(args[0])));
        DesktopWindow window = DesktopWindow.open(
                bench,
                new Outside(
                        folder.resolve("exports"),
                        folder.resolve("window.properties"),
                        InstantSource.system(),
                        new TourDoors(folder),
                        Optional.empty()));
        if (args.length > 2) {
            while (bench.run().frames().empty()) {
                Thread.onSpinWait();
            }
            window.follow(
                    DeepLink.parse("observatory://run/" + bench.run().run().value() + "?step=12&view=layers"));
            onWindow(() -> bench.brushProperty().set(new Span(5, 25)));
        }
        String said = "";
        while (!window.isClosed()) {
            String[] now = new String[1];
            onWindow(() -> now[0] = where(bench));
            if (!now[0].equals(said)) {
                said = now[0];
                System.out.println(said);
            }
            Thread.sleep(20);
        }
    }

    private static String where(Workbench bench) {
        TabPane tabs = (TabPane) Window.getWindows().getFirst().getScene().lookup(".tab-pane");
        return tabs.getSelectionModel().getSelectedItem().getText() + " "
                + bench.brushProperty().get() + " " + bench.crosshairProperty().get();
    }

    private static void onWindow(Runnable task) throws Exception {
        FutureTask<Void> future = new FutureTask<>(task, null);
        Platform.runLater(future);
        future.get();
    }
}
