package observatory.ui;

import observatory.ui.data.Recording;

/** Where a run on the screen comes from. Asked again and again, from the thread of the window; answers at once. */
public interface Source {
    Recording recording();

    Connection connection();
}
