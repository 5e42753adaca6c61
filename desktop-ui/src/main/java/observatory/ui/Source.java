package observatory.ui;

import observatory.ui.data.Recording;

/** Where a run on the screen comes from. Asked again and again, from the thread of the window; answers at once. */
public interface Source extends AutoCloseable {
    Recording recording();

    /** A recording, unless it can be anything else. */
    default Connection connection() {
        return Connection.recording();
    }

    /** Why nothing more can be shown, in a sentence; empty while nothing went wrong. */
    default String trouble() {
        return "";
    }

    /** Whether what comes from now on is news; false while a run is read that went on before it was opened. */
    default boolean caughtUp() {
        return true;
    }

    /**
     * What is said where a screen has nothing to show: that the run lacks it is known only when the run has been read.
     *
     * @param lacking the sentence for a run that does not report it
     */
    default String missing(String lacking) {
        if (!caughtUp()) {
            return "Nothing of this so far: the run is still being read.";
        }
        return recording().frames().empty() ? "No step has come." : lacking;
    }

    /**
     * Shows what another rank of the run measured, from then on or as soon as it has been read; false where only
     * one can be shown.
     */
    default boolean showRank(int rank) {
        return false;
    }

    /** Whether another one shows the same run from the same place. */
    default boolean same(Source other) {
        return this == other;
    }

    /** Ends what reads for it, and waits for that; what is shown stays. */
    @Override
    default void close() {}
}
