package observatory.ui.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TextField;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import observatory.ui.Toolkit;
import org.junit.jupiter.api.Test;

class OverlayTest {
    /** Tab after the last part of a sheet went to a button below it, and Space pressed that one. */
    @Test
    void whileASheetIsOpenNothingBelowItTakesTheKeys() throws Exception {
        List<String> focused = new ArrayList<>();
        Toolkit.on(() -> {
            Button below = named(new Button(), "below");
            TextField line = named(new TextField(), "line");
            Button last = named(new Button(), "last");
            Overlay overlay = new Overlay();
            Scene scene = new Scene(new StackPane(below, overlay.node()), 400, 300);
            scene.getRoot().applyCss();
            below.requestFocus();
            overlay.open(new VBox(line, last));
            last.requestFocus();
            focused.add(scene.getFocusOwner().getId());
            below.requestFocus();
            focused.add(scene.getFocusOwner().getId());
            overlay.close();
            focused.add(scene.getFocusOwner().getId());
            line.requestFocus();
            below.requestFocus();
            focused.add(scene.getFocusOwner().getId());
            return null;
        });
        assertEquals(List.of("last", "line", "below", "below"), focused);
    }

    private static <N extends Node> N named(N node, String name) {
        node.setId(name);
        return node;
    }
}
