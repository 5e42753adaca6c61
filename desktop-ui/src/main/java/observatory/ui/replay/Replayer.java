package observatory.ui.replay;

import java.util.function.BooleanSupplier;
import observatory.analysis.Incident;
import observatory.analysis.replay.ReplayResult;

/** Who replays an incident, where the run was trained where the window is. Not for the thread of the window. */
@FunctionalInterface
public interface Replayer {
    /** Told of every trial; any thread. */
    interface Progress {
        void at(int done, int planned, String doing);
    }

    /**
     * Replays to the end, or until somebody says stop; then it says what it knows.
     *
     * @throws IllegalArgumentException with one line on why that incident cannot be replayed, and what would be needed
     */
    ReplayResult replay(Incident incident, BooleanSupplier stop, Progress progress);
}
