package observatory.ui.frame;

import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;

/**
 * A key that does something everywhere in the window.
 *
 * @param keys as they are shown, such as {@code Shift ←}
 */
record Shortcut(KeyCode code, boolean shift, boolean control, String keys, String does, Runnable action) {
    static Shortcut of(KeyCode code, String keys, String does, Runnable action) {
        return new Shortcut(code, false, false, keys, does, action);
    }

    static Shortcut shift(KeyCode code, String keys, String does, Runnable action) {
        return new Shortcut(code, true, false, keys, does, action);
    }

    static Shortcut control(KeyCode code, String keys, String does, Runnable action) {
        return new Shortcut(code, false, true, keys, does, action);
    }

    boolean matches(KeyEvent event) {
        return event.getCode() == code
                && event.isShiftDown() == shift
                && event.isShortcutDown() == control
                && !event.isAltDown();
    }
}
