package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javafx.event.ActionEvent;
import javafx.event.Event;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TextField;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import observatory.ui.ClosedSource;
import observatory.ui.Source;
import observatory.ui.Toolkit;
import org.junit.jupiter.api.Test;

class AttachSheetTest {
    private static final long PATIENCE_SECONDS = 30;

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
