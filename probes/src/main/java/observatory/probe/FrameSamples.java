package observatory.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the samples of one step into columns; sites keep the order in which they were first named. */
final class FrameSamples implements SampleSink {
    private final Map<Site, Integer> sites = new LinkedHashMap<>();
    private final Columns columns = new Columns();
    private Site last;
    private int lastPlace;

    /** Gives a site its place in the order of execution, before anything is known about it. */
    void pass(Site site) {
        // Several things are told of one site, one after the other.
        if (site != last) {
            Integer known = sites.putIfAbsent(site, sites.size());
            lastPlace = known == null ? sites.size() - 1 : known;
            last = site;
        }
    }

    @Override
    public void sample(Site site, String metric, double value) {
        pass(site);
        columns.add(metric, lastPlace, value);
    }

    Sites take() {
        if (sites.isEmpty()) {
            return Sites.none();
        }
        Sites taken = new Sites(List.copyOf(sites.keySet()), columns.take());
        sites.clear();
        last = null;
        return taken;
    }
}
