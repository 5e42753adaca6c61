package observatory.ui.frame;

import java.util.List;
import java.util.Objects;
import javafx.beans.value.ChangeListener;
import javafx.scene.Node;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;

/** A sheet over the window, one at a time, which Escape or a click beside it takes away. */
final class Overlay {
    /** What one wants to type into or move in, in this order. */
    private static final List<String> FIRST = List.of(".text-field", ".table-view", ".list-view", ".button");

    private final StackPane shade = new StackPane();
    /** Tab goes round in the sheet: what lies below it is not to be pressed unseen. */
    private final ChangeListener<Node> keeping = (property, old, now) -> {
        if (now != null && !holds(now)) {
            focusFirst();
        }
    };

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
        shade.getScene().focusOwnerProperty().removeListener(keeping);
        before = isOpen() ? before : shade.getScene().getFocusOwner();
        shade.getChildren().setAll(sheet);
        shade.setVisible(true);
        focusFirst();
        shade.getScene().focusOwnerProperty().addListener(keeping);
    }

    private void focusFirst() {
        Node sheet = shade.getChildren().getFirst();
        FIRST.stream()
                .map(sheet::lookup)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(sheet)
                .requestFocus();
    }

    private boolean holds(Node node) {
        for (Node one = node; one != null; one = one.getParent()) {
            if (one == shade) {
                return true;
            }
        }
        return false;
    }

    void close() {
        shade.getScene().focusOwnerProperty().removeListener(keeping);
        shade.setVisible(false);
        shade.getChildren().clear();
        if (before != null) {
            before.requestFocus();
        }
    }
}
