package observatory.ui.probes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Labeled;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.probe.Command;
import observatory.probe.RunId;
import observatory.ui.Frames;
import observatory.ui.Toolkit;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import observatory.ui.frame.Control;
import org.junit.jupiter.api.Test;

class ControlBarTest {
    private static final String ANSWER = "refused: a reason that is longer than there is room for ".repeat(5);

    private final Control control = new Control() {
        @Override
        public String operator() {
            return "ann";
        }

        @Override
        public String give(RunId run, Command command, boolean dryRun) {
            return dryRun ? ANSWER : "sent";
        }
    };

    /** Under a mouse that is about to press, "Profile" must not become "Pause". */
    @Test
    void nothingMovesWhenAProbeIsChosenOrAnAnswerComes() throws Exception {
        ControlBar bar = Toolkit.on(
                () -> new ControlBar(new Workbench(Frames.source(new Recording(Frames.RUN))), Optional.of(control)));
        List<String> before = Toolkit.on(() -> {
            VBox window = new VBox(bar.node());
            new Scene(window, 700, 300);
            return places(window);
        });
        Toolkit.on(() -> {
            bar.choose(Optional.of("exponent-histogram"));
            ((Button) bar.node().lookup(".button")).fire();
            return null;
        });
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Toolkit.on(() -> says(ANSWER, bar.node()))) {
            assertTrue(System.nanoTime() < deadline, "the answer never came");
        }
        assertEquals(before, Toolkit.on(() -> places((VBox) bar.node().getParent())));
    }

    private static boolean says(String text, Node bar) {
        return bar.lookupAll(".label").stream()
                .anyMatch(label -> ((Labeled) label).getText().equals(text));
    }

    private static List<String> places(Region window) {
        window.applyCss();
        window.layout();
        return window.lookupAll(".controls *").stream()
                .filter(ButtonBase.class::isInstance)
                .map(button -> ((ButtonBase) button).getText() + " " + button.localToScene(button.getBoundsInLocal()))
                .toList();
    }
}
