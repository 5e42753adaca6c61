package observatory.ui.frame;

import java.util.List;
import java.util.Objects;
import javafx.scene.Node;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;

/** A sheet over the window, one at a time, which Escape or a click beside it takes away. */
final class Overlay {
    /** What one wants to type into or move in, in this order. */
    private static final List<String> FIRST = List.of(".text-field", ".table-view", ".list-view", ".button");

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
        FIRST.stream()
                .map(sheet::lookup)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(sheet)
                .requestFocus();
    }

    void close() {
        shade.setVisible(false);
        shade.getChildren().clear();
        if (before != null) {
            before.requestFocus();
        }
    }
}
