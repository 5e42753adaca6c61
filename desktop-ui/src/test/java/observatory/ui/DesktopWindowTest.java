package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import observatory.ui.frame.NoDoors;
import observatory.ui.frame.Outside;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesktopWindowTest {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path folder;

    /** A run that trains beside its window goes on when that is closed; what was read for the window alone does not. */
    @Test
    void whatItReadsIsClosedWithIt() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Toolkit.on(() -> null); // without a display
        DesktopWindow window = DesktopWindow.open(
                new Workbench(new ClosedSource(closed)),
                new Outside(
                        folder,
                        folder.resolve("window.properties"),
                        InstantSource.system(),
                        new NoDoors(),
                        Optional.empty()));
        window.close();
        assertTrue(closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        window.awaitClosed();
    }
}
