package observatory.ui.frame;

import javafx.scene.Node;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;

/** A sheet over the window, one at a time, which Escape or a click beside it takes away. */
final class Overlay {
    private final StackPane shade = new StackPane();
    private Node before;

    Overlay() {
        shade.getStyleClass().add("shade");
        shade.setVisible(false);
        shade.setOnMouseClicked(event -> {
            if (event.getTarget() == shade) {
                close();
            }
        });
    }

    Node node() {
        return shade;
    }

    boolean isOpen() {
        return shade.isVisible();
    }

    void open(Region sheet) {
        before = isOpen() ? before : shade.getScene().getFocusOwner();
        shade.getChildren().setAll(sheet);
        shade.setVisible(true);
        Node first = sheet.lookup(".table-view, .text-field, .list-view, .button");
        (first == null ? sheet : first).requestFocus();
    }

    void close() {
        shade.setVisible(false);
        shade.getChildren().clear();
        if (before != null) {
            before.requestFocus();
        }
    }
}
