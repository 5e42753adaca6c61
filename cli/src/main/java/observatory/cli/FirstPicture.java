package observatory.cli;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import observatory.ui.DesktopWindow;
import observatory.ui.Workbench;
import observatory.ui.frame.Outside;
import observatory.ui.source.Replay;

/** Opens the window on an empty run, says so when it has been drawn, and ends: what {@code bench ui} times. */
final class FirstPicture {
    static final String SHOWN = "shown";

    private FirstPicture() {}

    public static void main(String[] args) throws InterruptedException {
        show();
        System.out.println(SHOWN);
        System.exit(0);
    }

    /** Returns when the window has been drawn. */
    static void show() throws InterruptedException {
        Path folder = Path.of(
                System.getProperty("java.io.tmpdir"),
                "observatory-first-picture-" + ProcessHandle.current().pid());
        DesktopWindow.open(
                new Workbench(new Replay(UiLoad.RUN, List.of())),
                new Outside(
                        folder.resolve("exports"),
folder.resolve("window.properties"),
                        InstantSource.system(),
                        new Opening(
new StateDirectory(folder), Optional::empty, Optional.empty(), InstantSource.system()),
Optional.empty()));
        CountDownLatch pulses = new CountDownLatch(2); // the second begins when the first has been drawn
        Platform.runLater(() -> new AnimationTimer() {
            @Override
            public void handle(long now) {
                pulses.countDown();
            }
        }.start());
        pulses.await();
    }
}
