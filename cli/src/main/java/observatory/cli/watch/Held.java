package observatory.cli.watch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.stream.Runs;

/** What the topics hold already when somebody begins to watch, of which nothing is told again. */
final class Held {
    /** Of each sort that are named; the others are counted. */
    private static final int NAMED = 3;

    /** The last word on each incident that is worth a line, the newest last. */
    private final LinkedHashMap<String, Incident> incidents = new LinkedHashMap<>();

    void accept(Incident incident) {
        if (incident.severity() != Severity.INFO) {
            incidents.putLast(incident.run().value() + "/" + incident.id(), incident);
        }
    }

    /** Which runs and incidents there are, and where to look at them. */
    String sentence(List<Runs.Run> runs, Instant now) {
        if (runs.isEmpty() && incidents.isEmpty()) {
            return "the topics hold no runs yet; `observatory train` or `observatory tail LOG` sends one";
        }
        List<String> ofRuns = new ArrayList<>();
        for (Runs.Run run : runs.reversed()) {
            String incarnation = run.incarnation() == 0 ? "" : "/" + run.incarnation();
            ofRuns.add(run.run() + incarnation + " " + run.state(now).label());
        }
        List<String> ofIncidents = new ArrayList<>();
        for (Incident incident : List.copyOf(incidents.values()).reversed()) {
            ofIncidents.add(incident.severity().label() + " " + incident.kind().label() + " in "
                    + incident.run().value() + (incident.resolved() ? ", resolved" : ""));
        }
        return "the topics hold " + counted(ofRuns, "run") + " and " + counted(ofIncidents, "incident")
                + "; `observatory runs` lists the runs, `observatory dashboard RUN` shows what happened in one";
    }

    private static String counted(List<String> newestFirst, String noun) {
        int count = newestFirst.size();
        if (count == 0) {
            return "no " + noun + "s";
        }
        List<String> named = newestFirst.subList(0, Math.min(NAMED, count));
        return count + " " + noun + (count == 1 ? "" : "s") + " (" + String.join("; ", named)
                + (count > NAMED ? "; and " + (count - NAMED) + " more" : "") + ")";
    }
}
