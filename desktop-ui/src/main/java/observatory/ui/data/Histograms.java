package observatory.ui.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import observatory.probe.Column;
import observatory.probe.Site;
import observatory.probe.Sites;

/** The exponent histograms of tensors, of the latest steps at which they were taken. */
public final class Histograms {
    /** The metric that has many values at one site, and the one that says in which binade they begin. */
    static final String COUNTS = "histogram_exponent";

    static final String TOP = "histogram_exponent_top";

    private static final int KEPT = 64; // for each site

    private final Map<Site, ConcurrentSkipListMap<Long, Histogram>> bySite = new ConcurrentHashMap<>();

    void add(long step, Sites sites, Column counts) {
        Optional<Column> tops = sites.column(TOP);
        if (tops.isEmpty()) {
            return; // given up on the way: without it nothing says where they belong
        }
        Map<Integer, List<Double>> values = new HashMap<>();
        for (int i = 0; i < counts.size(); i++) {
            values.computeIfAbsent(counts.at()[i], at -> new ArrayList<>()).add(counts.values()[i]);
        }
        for (int i = 0; i < tops.get().size(); i++) {
            double top = tops.get().values()[i];
            List<Double> of = values.get(tops.get().at()[i]);
            if (of != null && Double.isFinite(top)) {
                keep(sites.sites().get(tops.get().at()[i]), step, new Histogram((int) top, floats(of)));
            }
        }
    }

    /** The histogram taken at a step. */
    public Optional<Histogram> at(Site site, long step) {
        return Optional.ofNullable(bySite.get(site)).map(kept -> kept.get(step));
    }

    /** The histogram taken last up to a step, else the first there is. */
    public Optional<Histogram> near(Site site, long step) {
        ConcurrentSkipListMap<Long, Histogram> kept = bySite.get(site);
        if (kept == null) {
            return Optional.empty();
        }
        Map.Entry<Long, Histogram> before = kept.floorEntry(step);
        Map.Entry<Long, Histogram> found = before == null ? kept.firstEntry() : before;
        return Optional.ofNullable(found).map(Map.Entry::getValue);
    }

    private void keep(Site site, long step, Histogram histogram) {
        ConcurrentSkipListMap<Long, Histogram> kept =
                bySite.computeIfAbsent(site, one -> new ConcurrentSkipListMap<>());
        kept.put(step, histogram);
        if (kept.size() > KEPT) {
            kept.pollFirstEntry();
        }
    }

    private static float[] floats(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return floats;
    }
}
