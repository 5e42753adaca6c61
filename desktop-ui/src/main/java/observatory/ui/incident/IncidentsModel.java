package observatory.ui.incident;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.ui.Workbench;

/**
 * The incidents of a run as a person works through them: acknowledged when somebody has it in hand, silenced by kind
 * for a while. Both belong to this window; neither changes what the analysis says or whom it tells.
 */
public final class IncidentsModel {
    private final Workbench bench;
    private final InstantSource clock;
    private final Set<String> acknowledged = new HashSet<>();
    private final Map<Kind, Instant> silencedUntil = new HashMap<>();

    /** Where an incident stands with the person who watches. */
    public enum State {
        OPEN,
        ACKNOWLEDGED,
        SILENCED,
        RESOLVED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public record Row(Incident incident, State state) {}

    public IncidentsModel(Workbench bench, InstantSource clock) {
        this.bench = bench;
        this.clock = clock;
    }

    /** Those that ask for something first: open before resolved, then the worst, then the newest. */
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        bench.run().incidents().forEach(incident -> rows.add(new Row(incident, state(incident))));
        rows.sort(Comparator.comparing(Row::state)
                .thenComparing(row -> row.incident().severity(), Comparator.reverseOrder())
                .thenComparing(row -> row.incident().firstStep(), Comparator.reverseOrder()));
        return rows;
    }

    public State state(Incident incident) {
        if (incident.resolved()) {
            return State.RESOLVED;
        }
        if (silenced(incident.kind())) {
            return State.SILENCED;
        }
        return acknowledged.contains(key(incident)) ? State.ACKNOWLEDGED : State.OPEN;
    }

    /** Somebody has it in hand; or, where that was said before, nobody has. */
    public void acknowledge(Incident incident) {
        if (!acknowledged.remove(key(incident))) {
            acknowledged.add(key(incident));
        }
    }

    /** No news of this kind for so long; where it is silent already, the silence ends. */
    public void silence(Kind kind, Duration time) {
        if (silenced(kind)) {
            silencedUntil.remove(kind);
        } else {
            silencedUntil.put(kind, clock.instant().plus(time));
        }
    }

    public boolean silenced(Kind kind) {
        Instant until = silencedUntil.get(kind);
        return until != null && clock.instant().isBefore(until);
    }

    private static String key(Incident incident) {
        return incident.run().value() + '/' + incident.id();
    }
}
