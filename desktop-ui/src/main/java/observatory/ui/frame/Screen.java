package observatory.ui.frame;

import javafx.scene.layout.Region;

/** One tab of the window. */
public interface Screen {
    /** The word on the tab. */
    String title();

    Region node();

    /** Brings the nodes up to what the model says now. Called at most twenty times a second, and only while in view. */
    void refresh();

    /** Takes in new data where nothing else has changed; what is dear may wait for the next call, which comes soon. */
    default void follow() {
        refresh();
    }
}
