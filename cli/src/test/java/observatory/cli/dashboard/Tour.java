package observatory.cli.dashboard;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TabPane;
import javafx.scene.control.TextField;
import javafx.scene.control.TreeTableView;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.robot.Robot;
import javafx.stage.Window;
import javax.imageio.ImageIO;
import observatory.analysis.Incident;
import observatory.cli.train.RecordedDemo;
import observatory.probe.Telemetry;
import observatory.ui.Axis;
import observatory.ui.DesktopWindow;
import observatory.ui.Theme;
import observatory.ui.Workbench;
import observatory.ui.frame.Outside;
import observatory.ui.source.Replay;

/**
 * Walks through the whole window by keys alone, as real key events, and keeps a picture of each screen. Ends with 0
 * where every key did what it should.
 */
final class Tour {
    private static final long PATIENCE_SECONDS = 60;
    private static final int STEPS = 130;
    private static final int FAULT = 90;

    private final Path pictures;
    private final Workbench bench;
    private Scene scene;
    private Robot robot;

    private Tour(Path pictures, Workbench bench) {
        this.pictures = pictures;
        this.bench = bench;
    }

    /** Arguments: the folder for pictures, and the width and height of the window. */
    public static void main(String[] args) {
        try {
            tour(args);
            System.out.println("tour done");
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1); // the thread of the window would keep the program alive
        }
    }

    private static void tour(String[] args) throws Exception {
        Path pictures = Files.createDirectories(Path.of(args[0]));
        Path state = Files.createDirectories(pictures.resolve("state"));
        forget(state);
        List<Telemetry> overflow = RecordedDemo.of("demo-fp16-overflow", "fp16-overflow@" + FAULT, STEPS);
        List<Telemetry> badBatch = RecordedDemo.of("demo-bad-batch", "bad-batch@" + FAULT, STEPS);
        Workbench bench = new Workbench(new Replay(overflow.getFirst().origin().run(), overflow));
        bench.sources().add(new Replay(badBatch.getFirst().origin().run(), badBatch));
        DesktopWindow window = DesktopWindow.open(
                bench,
                new Outside(
                        state.resolve("exports"),
                        state.resolve("window.properties"),
                        InstantSource.system(),
                        new TourDoors(state),
                        Optional.empty()));
        Tour tour = new Tour(pictures, bench);
        tour.begin(Double.parseDouble(args[1]), Double.parseDouble(args[2]));
        tour.walk();
        window.close();
        window.awaitClosed();
    }

    /** What an earlier tour left there: it would open where that one ended, and nothing it exports would be new. */
    private static void forget(Path state) throws IOException {
        try (var left = Files.walk(state)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(state)) {
                    Files.delete(path);
                }
            }
        }
    }

    private void begin(double width, double height) throws Exception {
        onWindow(() -> {
            Window shown = Window.getWindows().getFirst();
            shown.setX(0);
            shown.setY(0);
            shown.setWidth(width);
            shown.setHeight(height);
            scene = shown.getScene();
            robot = new Robot();
            shown.requestFocus();
            return null;
        });
        settle();
    }

    private void walk() throws Exception {
        press(KeyCode.CLOSE_BRACKET, () -> true); // the end of the tape: no event follows
        press(KeyCode.OPEN_BRACKET, () -> bench.crosshairProperty().get() < STEPS);
        press(KeyCode.OPEN_BRACKET, () -> bench.crosshairProperty().get() <= STEPS);
        onWindow(() -> {
            bench.open(bench.run().incidents().stream()
                    .max(Comparator.comparing(Incident::severity))
                    .orElseThrow());
            return null;
        });
        KeyCode[] digits = {
            KeyCode.DIGIT1,
            KeyCode.DIGIT2,
            KeyCode.DIGIT3,
            KeyCode.DIGIT4,
            KeyCode.DIGIT5,
            KeyCode.DIGIT6,
            KeyCode.DIGIT7,
            KeyCode.DIGIT8,
            KeyCode.DIGIT9,
            KeyCode.DIGIT0
        };
        for (int i = 0; i < digits.length; i++) {
            int number = i;
            press(digits[i], () -> tab() == number);
            if (digits[i] == KeyCode.DIGIT9) {
                unfold();
            }
            picture(title());
            if (digits[i] == KeyCode.DIGIT2) {
                fold();
            }
        }
        press(KeyCode.DIGIT1, () -> tab() == 0);
        press(KeyCode.W, () -> bench.brushProperty().get() == null);
        chord(KeyCode.SHIFT, KeyCode.SLASH, () -> sheet());
        picture("shortcuts");
        press(KeyCode.ESCAPE, () -> !sheet());
        press(KeyCode.T, () -> sheet());
        picture("table");
        press(KeyCode.ESCAPE, () -> !sheet());
        press(KeyCode.A, () -> sheet());
        picture("open");
        press(KeyCode.ESCAPE, () -> !sheet());
        press(KeyCode.X, () -> bench.axisProperty().get() == Axis.TOKENS);
        press(KeyCode.X, () -> bench.axisProperty().get() == Axis.TIME);
        picture("time");
        press(KeyCode.X, () -> bench.axisProperty().get() == Axis.STEPS);
        press(KeyCode.Y, () -> bench.scaleProperty().get().ordinal() == 1);
        press(KeyCode.Y, () -> bench.scaleProperty().get().ordinal() == 2);
        press(KeyCode.Y, () -> bench.scaleProperty().get().ordinal() == 0);
        press(KeyCode.O, () -> bench.clipProperty().get());
        press(KeyCode.O, () -> !bench.clipProperty().get());
        press(KeyCode.S, () -> bench.smoothingProperty().get() == 0);
        press(KeyCode.S, () -> bench.smoothingProperty().get() > 0);
        press(KeyCode.SPACE, () -> bench.pausedProperty().get());
        press(KeyCode.SPACE, () -> !bench.pausedProperty().get());
        press(KeyCode.EQUALS, () -> bench.brushProperty().get() != null);
        press(KeyCode.MINUS, () -> true);
        press(KeyCode.W, () -> bench.brushProperty().get() == null);
        Replay replay = (Replay) bench.sourceProperty().get();
        press(KeyCode.COMMA, () -> replay.position() == replay.length() - 1);
        press(KeyCode.PERIOD, () -> replay.position() == replay.length());
        press(KeyCode.D, () -> bench.themeProperty().get() == Theme.DARK);
        picture("dark");
        press(KeyCode.D, () -> bench.themeProperty().get() == Theme.LIGHT);
        press(KeyCode.P, () -> Files.exists(pictures.resolve("state/exports")));
        chord(KeyCode.CONTROL, KeyCode.C, () -> exported(".csv"));
        press(KeyCode.G, () -> scene.getFocusOwner() instanceof TextField);
        picture("step"); // a key that comes while the toolkit still makes the line one to write in is lost
        press(
                KeyCode.DIGIT5,
                () -> scene.getFocusOwner() instanceof TextField line
                        && line.getText().equals("5"));
        press(KeyCode.ENTER, () -> bench.crosshairProperty().get() == 5 && !sheet());
    }

    /** The groups of the map of layers, folded into a row each, and unfolded again. */
    private void fold() throws Exception {
        Button fold = onWindow(() -> (Button) scene.lookup(".fold"));
        press(KeyCode.F, () -> fold.getText().equals("Unfold"));
        picture("folded");
        press(KeyCode.F, () -> fold.getText().equals("Fold"));
    }

    /** Into the tree of probes, down to the first layer of the first hook that has layers. */
    private void unfold() throws Exception {
        press(KeyCode.TAB, () -> scene.getFocusOwner() instanceof TreeTableView<?>);
        TreeTableView<?> tree = (TreeTableView<?>) scene.getFocusOwner();
        press(KeyCode.HOME, () -> chosen(tree) == 0);
        press(KeyCode.DOWN, () -> chosen(tree) == 1);
        int folded = tree.getExpandedItemCount();
        press(KeyCode.RIGHT, () -> tree.getExpandedItemCount() > folded);
        press(KeyCode.DOWN, () -> chosen(tree) == 2);
        int half = tree.getExpandedItemCount();
        press(KeyCode.RIGHT, () -> tree.getExpandedItemCount() > half);
    }

    private static int chosen(TreeTableView<?> tree) {
        return tree.getSelectionModel().getSelectedIndex();
    }

    private boolean exported(String end) {
        try (var files = Files.list(pictures.resolve("state/exports"))) {
            return files.anyMatch(file -> file.toString().endsWith(end));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether something lies over the window. */
    private boolean sheet() {
        return scene.lookup(".shade").isVisible();
    }

    private int tab() {
        return ((TabPane) scene.lookup(".tab-pane")).getSelectionModel().getSelectedIndex();
    }

    private String title() throws Exception {
        return onWindow(() -> ((TabPane) scene.lookup(".tab-pane"))
                .getSelectionModel()
                .getSelectedItem()
                .getText()
                .toLowerCase(Locale.ROOT));
    }

    private void press(KeyCode key, BooleanSupplier done) throws Exception {
        onWindow(() -> {
            robot.keyType(key);
            return null;
        });
        await(key.getName(), done);
    }

    private void chord(KeyCode held, KeyCode key, BooleanSupplier done) throws Exception {
        onWindow(() -> {
            robot.keyPress(held);
            robot.keyType(key);
            robot.keyRelease(held);
            return null;
        });
        await(held.getName() + "+" + key.getName(), done);
    }

    private void await(String what, BooleanSupplier done) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!onWindow(done::getAsBoolean)) {
            if (System.nanoTime() > deadline) {
                picture("failed");
                throw new IllegalStateException(
                        "the key did nothing: " + what + ", on the screen " + title() + ", the focus in "
                                + onWindow(() -> scene.getFocusOwner() instanceof TextField line
                                        ? "a line that holds '" + line.getText() + "'"
                                        : scene.getFocusOwner())
                                + ", the crosshair at "
                                + onWindow(() -> bench.crosshairProperty().get()));
            }
            pulses(2);
        }
    }

    /** As many pictures as it takes until nothing moves: layout, and what is drawn on other threads. */
    private void settle() throws Exception {
        pulses(20);
    }

    private void pulses(int count) throws Exception {
        CountDownLatch left = new CountDownLatch(count);
        AnimationTimer timer = onWindow(() -> {
            AnimationTimer counting = new AnimationTimer() {
                @Override
                public void handle(long now) {
                    left.countDown();
                }
            };
            counting.start();
            return counting;
        });
        if (!left.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the window stands still");
        }
        onWindow(() -> {
            timer.stop();
            return null;
        });
    }

    private void picture(String name) throws Exception {
        settle();
        BufferedImage image = onWindow(() -> {
            WritableImage shot = scene.snapshot(null);
            int width = (int) shot.getWidth();
            int height = (int) shot.getHeight();
            BufferedImage copy = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            int[] line = new int[width];
            for (int y = 0; y < height; y++) {
                shot.getPixelReader().getPixels(0, y, width, 1, PixelFormat.getIntArgbInstance(), line, 0, width);
                copy.setRGB(0, y, width, 1, line, 0, width);
            }
            return copy;
        });
        ImageIO.write(
                image, "png", pictures.resolve(name.replace(' ', '-') + ".png").toFile());
    }

    private static <T> T onWindow(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        Platform.runLater(future);
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
