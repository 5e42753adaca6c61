package observatory.analysis.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import observatory.probe.Column;
import observatory.probe.Site;
import observatory.probe.Sites;

/** Collects what was measured at the sites of one step, in the order in which the log has them. */
final class SiteTable {
    private static final int MOST = 4096; // sites of a frame; the wire takes no more

    private final Map<Site, Integer> sites = new LinkedHashMap<>();
    private final Map<String, Map<Integer, Double>> metrics = new LinkedHashMap<>();

    void put(Site site, String metric, double value) {
        if (sites.size() < MOST || sites.containsKey(site)) {
            int at = sites.computeIfAbsent(site, s -> sites.size());
            metrics.computeIfAbsent(metric, m -> new LinkedHashMap<>()).put(at, value);
        }
    }

    Sites build() {
        List<Column> columns = new ArrayList<>();
        metrics.forEach((metric, values) -> columns.add(new Column(
                metric,
                values.keySet().stream().mapToInt(Integer::intValue).toArray(),
                values.values().stream().mapToDouble(Double::doubleValue).toArray())));
        return new Sites(List.copyOf(sites.keySet()), columns);
    }
}
