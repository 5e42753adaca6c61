package observatory.ui.incident;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.ui.data.Recording;

/** Which incidents are news: those that open while one watches, and not those that were there before. */
public final class Notices {
    private static final int MOST = 3;

    private final Set<Integer> seen = new HashSet<>();
    private Recording of;

    /** The incidents that have opened since the last call on the same run, at most three; warnings and worse. */
    public List<Incident> fresh(Recording run) {
        List<Incident> all = run.incidents();
        boolean another = run != of;
        if (another) {
            of = run;
            seen.clear();
        }
        List<Incident> fresh = all.stream()
                .filter(one -> seen.add(one.id()) && !another && one.severity() != Severity.INFO)
                .toList();
        return fresh.subList(Math.max(0, fresh.size() - MOST), fresh.size());
    }
}
