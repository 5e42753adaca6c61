package observatory.ui.data;

import java.time.Instant;
import java.util.Locale;
import java.util.SortedMap;

/** Something on the timeline of a run that is no measurement. */
public record Mark(Kind kind, long step, Instant time, SortedMap<String, String> details) {
    /** What a mark stands for; the label is its word on the screen. */
    public enum Kind {
        START,
        RESTART,
        CHECKPOINT,
        HARDWARE_ERROR,
        PROBE_DISABLED,
        COMMAND,
        CADENCE,
        LOST,
        END,
        NOTE,
        OTHER;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
