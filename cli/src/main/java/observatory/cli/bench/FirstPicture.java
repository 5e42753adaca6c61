package observatory.cli.bench;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import observatory.cli.ClusterOptions;
import observatory.cli.StateDirectory;
import observatory.cli.dashboard.Opening;
import observatory.ui.DesktopWindow;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.frame.Outside;
import observatory.ui.source.Replay;

/**
 * Opens the window, says so when it has been drawn, and ends: what {@code bench ui} times. Arguments: the folder of its
 * memory, and for a window that is opened again a log; that one has been drawn when it shows the
 * steps it showed before.
 */
public final class FirstPicture {
    static final String SHOWN = "shown";

    private FirstPicture() {}

    public static void main(String[] args) throws InterruptedException {
        boolean again = args.length > 1;
        show(Path.of(args[0]), again ? Opening.tape(Path.of(args[1])) : new Replay(UiLoad.RUN, List.of()), again);
        System.out.println(SHOWN);
        System.exit(0);
    }

    /** Returns when the window has been drawn, and where asked for shows a stretch of steps that it remembered. */
    public static void show(Path folder, Source source, boolean remembered) throws InterruptedException {
        Workbench bench = new Workbench(source);
        DesktopWindow.open(
                bench,
                new Outside(
                        folder.resolve("exports"),
                        folder.resolve("window.properties"),
                        InstantSource.system(),
                        new Opening(
                                new StateDirectory(folder),
                                new ClusterOptions(),
                                Optional::empty,
                                Optional.empty(),
                                InstantSource.system()),
                        Optional.empty()));
        CountDownLatch pulses = new CountDownLatch(2); // the second begins when the first has been drawn
        Platform.runLater(() -> new AnimationTimer() {
            @Override
            public void handle(long now) {
                boolean there = bench.brushProperty().get() != null
                        && !bench.run().frames().empty();
                if (!remembered || there) {
                    pulses.countDown();
                }
            }
        }.start());
        pulses.await();
    }
}
