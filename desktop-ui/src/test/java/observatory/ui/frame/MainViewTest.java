package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javafx.scene.Scene;
import javafx.scene.control.Label;
import observatory.ui.Frames;
import observatory.ui.Source;
import observatory.ui.Toolkit;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainViewTest {
    private static final double BEAT_SECONDS = 0.05;

    @TempDir
    private Path folder;

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

    private Outside outside() {
        return new Outside(
                folder, folder.resolve("window.properties"), InstantSource.system(), new NoDoors(), Optional.empty());
    }

    private record NoDoors() implements Doors {
        @Override
        public Source open(String address) {
            throw new IllegalArgumentException("nothing is opened here: " + address);
        }

        @Override
        public List<Offer> offers(Optional<String> broker) {
            return List.of();
        }

        @Override
        public List<Tried> test(String address) {
            return List.of();
        }

        @Override
        public Path bookmarks() {
            return Path.of("bookmarks.txt");
        }
    }
}
