package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javafx.event.ActionEvent;
import javafx.event.Event;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import observatory.ui.ClosedSource;
import observatory.ui.Source;
import observatory.ui.Toolkit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachSheetTest {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path folder;

    /** The person leaves while a run is still being opened: it must not read on where nobody sees it. */
    @Test
    void aRunThatIsOpenOnlyWhenTheSheetIsClosedIsClosedAgain() throws Exception {
        SlowDoors doors = new SlowDoors();
        List<Source> opened = new ArrayList<>();
        Toolkit.on(() -> {
            Region sheet = new AttachSheet(doors, opened::add, link -> "").node();
            StackPane window = new StackPane(sheet);
            new Scene(window);
            window.applyCss();
            TextField field = (TextField) sheet.lookup(".text-field");
            field.setText("host:9092/run-1");
            Event.fireEvent(field, new ActionEvent());
            window.getChildren().clear();
            return null;
        });
        doors.unlocked.countDown();
        assertTrue(doors.closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "the run was closed");
        assertEquals(List.of(), opened);
    }

    /** One who has chosen probes for a run has left the line and the table, where Enter would open it. */
    @Test
    void theButtonOpensWhatIsTyped() throws Exception {
        SlowDoors doors = new SlowDoors();
        doors.unlocked.countDown();
        CountDownLatch opened = new CountDownLatch(1);
        Toolkit.on(() -> {
            Region sheet = new AttachSheet(doors, source -> opened.countDown(), link -> "").node();
            new Scene(new StackPane(sheet));
            sheet.applyCss();
            ((TextField) sheet.lookup(".text-field")).setText("host:9092/run-1");
            sheet.lookupAll(".button").stream()
                    .map(Button.class::cast)
                    .filter(button -> button.getText().equals("Open"))
                    .findFirst()
                    .orElseThrow()
                    .fire();
            return null;
        });
        assertTrue(opened.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** Else what was just forgotten stands in the line, and is what Open opens and Bookmark remembers. */
    @Test
    void aBookmarkThatIsForgottenLeavesTheLineToo() throws Exception {
        Path file = Files.writeString(folder.resolve("bookmarks.txt"), "host:9092\nother:9092\n");
        List<String> line = Toolkit.on(() -> {
            Region sheet = new AttachSheet(new Remembering(file), source -> {}, link -> "").node();
            new Scene(new StackPane(sheet));
            sheet.applyCss();
            TextField field = (TextField) sheet.lookup(".text-field");
            TableView<?> table = (TableView<?>) sheet.lookup(".table-view");
            List<String> left = new ArrayList<>();
            for (String typed : List.of("host:9092", "elsewhere:9092")) {
                field.setText(typed);
                table.getSelectionModel().select(0);
                table.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.DELETE, false, false, false, false));
                left.add(field.getText());
            }
            return left;
        });
        assertEquals(List.of("", "elsewhere:9092"), line);
        assertEquals("", Files.readString(file));
    }

    /** Doors with bookmarks. */
    private static final class Remembering extends NoDoors {
        private final Path file;

        Remembering(Path file) {
            this.file = file;
        }

        @Override
        public Path bookmarks() {
            return file;
        }
    }

    /** Doors that open when the test says so. */
    private static final class SlowDoors extends NoDoors {
        private final CountDownLatch unlocked = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public Source open(String address) {
            try {
                unlocked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new ClosedSource(closed);
        }
    }
}
