package observatory.ui;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.geometry.Rectangle2D;
import javafx.scene.Scene;
import javafx.stage.Screen;
import javafx.stage.Stage;
import observatory.ui.frame.MainView;
import observatory.ui.frame.Outside;

/**
 * The window on a run, which any program can open beside what it does. One in a process; closing it ends nothing but
 * itself and what reads for it.
 */
public final class DesktopWindow {
    private static final long BEAT_NANOS =
            50_000_000; // 20 a second are enough for eyes and leave the cores to training
    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger TOOLKIT = Logger.getLogger("javafx");

    private static boolean prepared;
    private static volatile RuntimeException unable;

    private final CountDownLatch closed = new CountDownLatch(1);
    private Workbench bench;
    private Stage stage;
    private MainView main;
    private AnimationTimer beat;

    private DesktopWindow() {}

    /** Whether a window can be shown where this program runs, as far as its environment tells. */
    public static boolean possible(Map<String, String> environment, String operatingSystem) {
        boolean unix = !operatingSystem.startsWith("Windows") && !operatingSystem.startsWith("Mac");
        return !unix || !environment.getOrDefault("DISPLAY", "").isEmpty();
    }

    /**
     * Has the toolkit start, which takes a while, and returns at once: for those who have other things to do before
     * they open the window. Where there is no display, {@link #open} says so.
     */
    public static synchronized void prepare() {
        if (prepared) {
            return;
        }
        prepared = true;
        // It warns that it runs from the class path, which is meant to be so.
        TOOLKIT.setLevel(Level.SEVERE);
        try {
            Platform.startup(() -> Platform.setImplicitExit(false));
        } catch (RuntimeException e) {
            unable = e;
        }
    }

    /**
     * Opens the window and returns when it is there.
     *
     * @throws IllegalStateException where there is no display after all, with the toolkit's reason
     */
    public static DesktopWindow open(Workbench bench, Outside outside) {
        DesktopWindow window = new DesktopWindow();
        CompletableFuture<DesktopWindow> opened = new CompletableFuture<>();
        try {
            prepare();
            if (unable != null) {
                throw unable;
            }
            Platform.runLater(() -> {
                try {
                    window.show(bench, outside);
                    opened.complete(window);
                } catch (RuntimeException | Error e) {
                    opened.completeExceptionally(e);
                }
            });
            return opened.join();
        } catch (RuntimeException e) {
            throw new IllegalStateException("no window can be opened: " + e.getMessage(), e);
        }
    }

    /** Goes where a link points, from any thread. */
    public void follow(DeepLink link) {
        Platform.runLater(() -> main.open(link));
    }

    /** Whether a person has closed it. */
    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    public void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /** Closes the window, from any thread. */
    public void close() {
        Platform.runLater(() -> {
            if (!isClosed()) {
                stage.close();
            }
        });
    }

    private void show(Workbench shown, Outside outside) {
        bench = shown;
        main = new MainView(bench, outside);
        Rectangle2D screen = Screen.getPrimary().getVisualBounds();
        Scene scene = new Scene(main.node(), Math.min(1280, screen.getWidth()), Math.min(800, screen.getHeight()));
        main.attach(scene);
        stage = new Stage();
        stage.setTitle("Stability Observatory");
        stage.setScene(scene);
        stage.setMinWidth(1024); // narrower, charts beside tables have no room
        stage.setMinHeight(700);
        stage.setOnHidden(event -> ended());
        beat = new AnimationTimer() {
            private long last = Long.MIN_VALUE / 2;

            @Override
            public void handle(long now) {
                long elapsed = now - last;
                if (elapsed >= BEAT_NANOS) {
                    last = now;
                    main.beat(elapsed / 1e9);
                }
            }
        };
        stage.show();
        beat.start();
    }

    private void ended() {
        beat.stop();
        bench.end();
        closed.countDown();
    }
}
