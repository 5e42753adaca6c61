package observatory.analysis;

import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import observatory.probe.RunEvent;

/** The checkpoints of a run, and what an incident says of going back to one. One thread. */
final class WayBack {
    /** Checkpoints that are remembered; rings of trainers hold fewer. */
    private static final int KEPT = 256;

    private final NavigableSet<Long> checkpoints = new TreeSet<>();
    private String framework = "live";

    /** Says whose words advice should use: the name of the format of the log that is read. */
    void speaking(String framework) {
        this.framework = framework;
    }

    void hear(RunEvent event) {
        if (event.kind() == RunEvent.Kind.CHECKPOINT
                && !"failed".equals(event.details().get("outcome"))) {
            checkpoints.add(event.step());
            while (checkpoints.size() > KEPT) {
                checkpoints.pollFirst();
            }
        }
    }

    /** With the line to paste, where going back is among what one may do. */
    Incident advise(Incident incident) {
        if (Family.of(incident.kind()) != Family.INSTABILITY || incident.severity() == Severity.INFO) {
            return incident;
        }
        Long before = checkpoints.lower(incident.firstStep());
        return incident.with(
                incident.evidence().with("paste", Playbook.paste(framework, incident, before == null ? -1 : before)));
    }

    List<Long> checkpoints() {
        return List.copyOf(checkpoints);
    }

    /** Takes up the checkpoints of a run that was watched before. */
    void resume(Collection<Long> steps) {
        checkpoints.addAll(steps);
    }
}
