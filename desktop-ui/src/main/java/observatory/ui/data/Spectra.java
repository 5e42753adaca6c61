package observatory.ui.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import observatory.probe.Column;
import observatory.probe.Site;

/** The eigenvalues of weights, whole, of the latest steps at which they were taken. */
public final class Spectra {
    /** The metric that has many values at one site. */
    static final String METRIC = "eigenvalue";

    private static final int KEPT = 32; // for each weight

    private final Map<Site, ConcurrentSkipListMap<Long, double[]>> bySite = new ConcurrentHashMap<>();

    void add(long step, List<Site> sites, Column column) {
        Map<Site, List<Double>> values = new HashMap<>();
        for (int i = 0; i < column.size(); i++) {
            values.computeIfAbsent(sites.get(column.at()[i]), site -> new ArrayList<>())
                    .add(column.values()[i]);
        }
        values.forEach((site, of) -> {
            ConcurrentSkipListMap<Long, double[]> kept =
                    bySite.computeIfAbsent(site, one -> new ConcurrentSkipListMap<>());
            kept.put(step, of.stream().mapToDouble(Double::doubleValue).sorted().toArray());
            if (kept.size() > KEPT) {
                kept.pollFirstEntry();
            }
        });
    }

    /** The ascending eigenvalues of a weight by step; empty where none were taken. */
    public NavigableMap<Long, double[]> at(Site site) {
        ConcurrentSkipListMap<Long, double[]> kept = bySite.get(site);
        return kept == null ? new ConcurrentSkipListMap<>() : kept;
    }
}
