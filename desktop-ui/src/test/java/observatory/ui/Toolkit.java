package observatory.ui;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.application.Platform;

/** JavaFX for tests of what has nodes, without a display. */
public final class Toolkit {
    private static final long PATIENCE_SECONDS = 30;
    private static boolean started;

    private Toolkit() {}

    /** What something comes to on the thread of the window. */
    public static synchronized <T> T on(Callable<T> work)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (!started) {
            System.setProperty("glass.platform", "Headless");
            System.setProperty("prism.order", "sw");
            DesktopWindow.prepare();
            started = true;
        }
        FutureTask<T> task = new FutureTask<>(work);
        Platform.runLater(task);
        return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
