package observatory.ui.incident;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.probe.RunId;
import observatory.ui.Source;

/**
 * Which incidents are news: those that open while one watches, and neither those that were there
 * before nor silenced ones.
 */
public final class Notices {
    private static final int MOST = 3;

    private final Predicate<Incident> silenced;
    private final Map<RunId, Set<Integer>> seen = new HashMap<>();

    public Notices(Predicate<Incident> silenced) {
        this.silenced = silenced;
    }

    /** The incidents of a run that have opened since the last call, at most three; warnings and worse. */
    public List<Incident> fresh(Source source) {
        Set<Integer> known = seen.get(source.recording().run());
        boolean news = known != null && source.caughtUp();
        if (known == null) {
            known = new HashSet<>();
            seen.put(source.recording().run(), known);
        }
        Set<Integer> before = known;
        List<Incident> fresh = source.recording().incidents().stream()
                .filter(one -> before.add(one.id()) && news)
                .filter(one -> one.severity() != Severity.INFO && !silenced.test(one))
                .toList();
        return fresh.subList(Math.max(0, fresh.size() - MOST), fresh.size());
    }
}
