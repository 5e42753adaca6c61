package observatory.analysis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/**
 * Keeps the last steps of every run in full, and writes a spike log for each incident worth a look: when the steps
 * after it have come, or the run is over. A log that has more of the incident stays: who begins in the middle of a run
 * is told of incidents whose steps are gone. Belongs to one thread.
 */
public final class FlightRecorder {
    /** Steps that are kept: the margins of a spike log and an incident of some length between them. */
    private static final int WINDOW = 512;
    /** An incident longer than the window is written when it opened, as far as it had come. */
    private static final int MARGIN = 64;

    private static final class Recording {
        private final Deque<Telemetry> items = new ArrayDeque<>();
        private final Map<Integer, Incident> due = new HashMap<>();
        private long step = Long.MIN_VALUE;
        private boolean over;
    }

    private final Path folder;
    private final Consumer<String> say;
    private final Map<RunId, Recording> runs = new HashMap<>();

    /** @param say is told of each file that was written, and of each that could not be */
    public FlightRecorder(Path folder, Consumer<String> say) {
        this.folder = folder;
        this.say = say;
    }

    public void accept(Telemetry item) {
        Recording recording = runs.computeIfAbsent(item.origin().run(), run -> new Recording());
        recording.items.addLast(item);
        recording.step = Math.max(recording.step, item.step());
        while (recording.items.size() > 1 && recording.items.getFirst().step() < recording.step - WINDOW) {
            recording.items.removeFirst();
        }
        recording.over |= item instanceof RunEvent event && event.kind() == RunEvent.Kind.END;
        write(recording);
    }

    public void accept(Incident incident) {
        if (incident.severity() == Severity.INFO) {
            return;
        }
        Recording recording = runs.computeIfAbsent(incident.run(), run -> new Recording());
        recording.due.put(incident.id(), incident);
        write(recording);
    }

    private void write(Recording recording) {
        Iterator<Incident> due = recording.due.values().iterator();
        List<Telemetry> items = List.of();
        while (due.hasNext()) {
            Incident incident = due.next();
            boolean complete = incident.resolved() && recording.step >= incident.lastStep() + MARGIN;
            boolean leaving = recording.step - WINDOW + MARGIN > incident.firstStep();
            if (!complete && !leaving && !recording.over) {
                continue;
            }
            items = items.isEmpty() ? new ArrayList<>(recording.items) : items;
            try {
                SpikeLog log = SpikeLog.of(incident, items);
                if (log.hasMoreThan(SpikeLog.file(folder, incident))) {
                    say.accept("spike log: " + log.write(folder));
                }
            } catch (IOException e) {
                say.accept("cannot write a spike log into " + folder + ": " + e.getMessage());
            }
            due.remove();
        }
    }
}
