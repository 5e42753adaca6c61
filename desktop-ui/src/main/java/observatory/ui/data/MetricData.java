package observatory.ui.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import observatory.probe.Column;
import observatory.probe.Site;

/** One metric at every site it was ever measured at: one row for each frame that has it. */
public final class MetricData {
    private final StepIndex index = new StepIndex();
    private final Map<Site, Series> series = new ConcurrentHashMap<>();
    private volatile List<Site> sites = List.of();

    public StepIndex index() {
        return index;
    }

    /** In the order in which a step passes them. */
    public List<Site> sites() {
        return sites;
    }

    public Series at(Site site) {
        return series.get(site);
    }

    void append(long step, int incarnation, List<Site> places, Column column) {
        int row = index.size();
        int measured = 0;
        for (int i = 0; i < column.size(); i++) {
            Site site = places.get(column.at()[i]);
            Series one = series.get(site);
            if (one == null) {
                one = add(site, row);
            }
            // A frame that names a site twice would otherwise put the series out of step.
            if (one.size() == row) {
                one.append(column.values()[i]);
                measured++;
            }
        }
        if (measured != series.size()) {
            series.values().stream().filter(one -> one.size() == row).forEach(Series::appendAbsent);
        }
        index.append(step, incarnation);
    }

    private Series add(Site site, int row) {
        Series fresh = new Series();
        for (int i = 0; i < row; i++) {
            fresh.appendAbsent();
        }
        series.put(site, fresh);
        List<Site> more = new ArrayList<>(sites);
        more.add(site);
        sites = List.copyOf(more);
        return fresh;
    }
}
