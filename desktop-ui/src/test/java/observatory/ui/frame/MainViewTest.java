package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import javafx.scene.control.Tab;
import javafx.scene.control.TabPane;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Region;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.ui.Connection;
import observatory.ui.DeepLink;
import observatory.ui.Frames;
import observatory.ui.Source;
import observatory.ui.Toolkit;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainViewTest {
    private static final double BEAT_SECONDS = 0.05;

    @TempDir
    private Path folder;

    /** What comes into view later has a size only when it has been dressed. */
    @Test
    void theLineAboveTheScreensNeverGrowsBeyondTheNarrowestWindow() throws Exception {
        Recording run = new Recording(new RunId("a-run-of-a-name-that-takes-its-room"));
        run.accept(Frames.loss(1_000_000, 2.7182818));
        double width = Toolkit.on(() -> {
            MainView main = new MainView(new Workbench(Frames.source(run)), outside());
            main.attach(new Scene(main.node(), 1024, 700));
            for (int i = 0; i < 4; i++) {
                main.beat(BEAT_SECONDS);
                main.node().layout();
                main.beat(BEAT_SECONDS);
                main.node().applyCss();
            }
            return ((Region) main.node().lookup(".run-header")).minWidth(-1);
        });
        assertTrue(width <= 1024, () -> width + " pixels");
    }

    /** Numbers change only a few times a second, and the last of them must not be left out. */
    @Test
    void theNumbersAreOfTheLastStepWhenNoMoreCome() throws Exception {
        Recording run = new Recording(Frames.RUN);
        String title = Toolkit.on(() -> {
            MainView main = new MainView(new Workbench(Frames.source(run)), outside());
            new Scene(main.node(), 1280, 800);
            for (int step = 1; step <= 3; step++) {
                run.accept(Frames.loss(step, 2));
                main.beat(BEAT_SECONDS);
            }
            for (int i = 0; i < 10; i++) {
                main.beat(BEAT_SECONDS);
            }
            return ((Label) main.node().lookup(".inspector > .section-title")).getText();
        });
        assertEquals("Step 3", title);
    }

    /** What goes wrong with a source comes with no step. */
    @Test
    void aTroubleIsShownWhenNoMoreStepsCome() throws Exception {
        AtomicReference<String> trouble = new AtomicReference<>("");
        Source source = new Source() {
            private final Recording run = new Recording(Frames.RUN);

            @Override
            public Recording recording() {
                return run;
            }

            @Override
            public Connection connection() {
                return new Connection(Connection.State.CONNECTING, Duration.ZERO);
            }

            @Override
            public String trouble() {
                return trouble.get();
            }
        };
        boolean told = Toolkit.on(() -> {
            MainView main = new MainView(new Workbench(source), outside());
            main.attach(new Scene(main.node(), 1280, 800));
            main.beat(BEAT_SECONDS);
            trouble.set("the broker has gone");
            main.beat(1);
            main.node().applyCss();
            return main.node().lookupAll(".label").stream()
                    .anyMatch(label -> ((Label) label).getText().equals(trouble.get()));
        });
        assertTrue(told);
    }

    /** From the least width that the window lets itself be made. */
    @ParameterizedTest
    @ValueSource(ints = {900, 1010, 1080, 1180, 1280})
    void nothingIsCutOff(int width) throws Exception {
        Recording run = new Recording(Frames.RUN);
        run.accept(RunEvent.of(
                Frames.loss(0, 2).origin(), 0, 0, Instant.EPOCH, RunEvent.Kind.START, Map.of("steps", "500000")));
        run.accept(Frames.loss(123_456, 2.345));
        double least = Toolkit.on(() -> {
            MainView main = new MainView(new Workbench(live(run)), outside());
            main.attach(new Scene(main.node(), width, 560));
            for (int i = 0; i < 3; i++) {
                main.beat(BEAT_SECONDS);
                main.node().applyCss();
                main.node().layout();
            }
            return main.node().minWidth(-1);
        });
        assertTrue(least <= width, "least width " + least);
    }

    /** What the line above the screens looks like is not what the line of a notice looks like. */
    @Test
    void aNoticeIsOneBoxWithoutALineThroughIt() throws Exception {
        boolean plain = Toolkit.on(() -> {
            MainView main = new MainView(new Workbench(Frames.source(new Recording(Frames.RUN))), outside());
            main.attach(new Scene(main.node(), 1280, 800));
            main.open(DeepLink.parse("observatory://run/elsewhere"));
            main.node().applyCss();
            main.node().layout();
            return ((Region) main.node().lookup(".notice > .container > .header")).getBorder() == null;
        });
        assertTrue(plain);
    }

    /** A log tells of which run it is only when it has been read. */
    @Test
    void aLinkToARunThatIsStillReadIsFollowedWhenItIsKnown() throws Exception {
        Recording run = new Recording(Frames.RUN);
        AtomicReference<Recording> shown = new AtomicReference<>(new Recording(new RunId("spike-log")));
        Workbench bench = new Workbench(new Source() {
            @Override
            public Recording recording() {
                return shown.get();
            }

            @Override
            public boolean caughtUp() {
                return shown.get() == run;
            }
        });
        List<Boolean> said = Toolkit.on(() -> {
            MainView main = new MainView(bench, outside());
            main.attach(new Scene(main.node(), 1280, 800));
            main.open(DeepLink.parse("observatory://run/" + Frames.RUN.value() + "?step=3"));
            main.beat(BEAT_SECONDS);
            boolean early = main.node().lookup(".notice") != null;
            for (int step = 1; step <= 5; step++) {
                run.accept(Frames.loss(step, 2));
            }
            shown.set(run);
            main.beat(BEAT_SECONDS);
            return List.of(early, main.node().lookup(".notice") != null);
        });
        assertEquals(List.of(false, false), said);
        assertEquals(3, bench.crosshairProperty().get());
    }

    @Test
    void aLinkGoesWhereItPointsWhateverIsRememberedOfTheRun() throws Exception {
        Files.writeString(folder.resolve("window.properties"), "run." + Frames.RUN.value() + ".crosshair=4.0");
        Recording run = new Recording(Frames.RUN);
        for (int step = 1; step <= 5; step++) {
            run.accept(Frames.loss(step, 2));
        }
        Workbench bench = new Workbench(Frames.source(run));
        Toolkit.on(() -> {
            MainView main = new MainView(bench, outside());
            main.attach(new Scene(main.node(), 1280, 800));
            main.open(DeepLink.parse("observatory://run/" + Frames.RUN.value() + "?step=3"));
            main.beat(BEAT_SECONDS);
            main.beat(BEAT_SECONDS);
            return null;
        });
        assertEquals(3, bench.crosshairProperty().get());
    }

    private static Source live(Recording run) {
        return new Source() {
            @Override
            public Recording recording() {
                return run;
            }

            @Override
            public Connection connection() {
                return new Connection(Connection.State.SPOOLED, Duration.ofMinutes(100));
            }
        };
    }

    /** Space pauses the view; where a button has the focus, it presses the button. */
    @Test
    void spacePressesTheButtonThatHasTheFocus() throws Exception {
        Workbench bench = new Workbench(Frames.source(new Recording(Frames.RUN)));
        boolean onButton = Toolkit.on(() -> {
            MainView main = new MainView(bench, outside());
            main.attach(new Scene(main.node(), 1280, 800));
            main.beat(BEAT_SECONDS);
            press(KeyCode.SPACE, main.node().lookup(".button"));
            boolean paused = bench.pausedProperty().get();
            press(KeyCode.SPACE, main.node());
            return paused;
        });
        assertFalse(onButton);
        assertTrue(bench.pausedProperty().get());
    }

    @Test
    void everyScreenHasADigit() throws Exception {
        Workbench bench = new Workbench(Frames.source(new Recording(Frames.RUN)));
        List<String> reached = Toolkit.on(() -> {
            MainView main = new MainView(bench, outside());
            main.attach(new Scene(main.node(), 1280, 800));
            TabPane tabs = (TabPane) main.node().lookup(".tab-pane");
            List<String> titles = new ArrayList<>();
            for (char digit : "1234567890".toCharArray()) {
                press(KeyCode.valueOf("DIGIT" + digit), main.node());
                titles.add(tabs.getSelectionModel().getSelectedItem().getText());
            }
            assertEquals(tabs.getTabs().stream().map(Tab::getText).toList(), titles);
            return titles;
        });
        assertEquals("Health", reached.getLast());
    }

    private static void press(KeyCode code, Node on) {
        Event.fireEvent(on, new KeyEvent(KeyEvent.KEY_PRESSED, " ", "", code, false, false, false, false));
    }

    private Outside outside() {
        return new Outside(
                folder, folder.resolve("window.properties"), InstantSource.system(), new NoDoors(), Optional.empty());
    }
}
