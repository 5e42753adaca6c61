package observatory.probe;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Something that happened to a run between two steps. A trainer only says it; a detector judges it. */
public record RunEvent(Origin origin, long seq, long step, Instant time, Kind kind, SortedMap<String, String> details)
        implements Telemetry {

    public enum Kind {
        /** The run begins or begins again; the details are its manifest: what is trained, how, and on what. */
        START,
        CHECKPOINT,
        HARDWARE_ERROR,
        /** A probe threw too often and was taken out; the details name it and the error. */
        PROBE_DISABLED,
        /** A command was applied, refused or reverted; the details name it, who gave it, the outcome and the reason. */
        COMMAND,
        /** The governor changed how often a probe is due; the details name it, the cadences and the measured cost. */
        CADENCE,
        /** Telemetry was shed on its way; the details tell from which to which number, and why. */
        LOST,
        /**
         * Something this program has no word for; the detail {@code kind} has the trainer's own. It is shown, not
         * judged.
         */
        OTHER,
        /** Written by the analysis, not the trainer: the run has said nothing for this long; silence on record. */
        TICK,
        /** The run is over; nothing of this origin follows. */
        END
    }

    public RunEvent {
        details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    }

    /** An event with details in any order. */
    public static RunEvent of(
            Origin origin, long seq, long step, Instant time, Kind kind, Map<String, String> details) {
        return new RunEvent(origin, seq, step, time, kind, new TreeMap<>(details));
    }
}
