package observatory.stream.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import observatory.probe.Column;
import observatory.probe.Site;
import observatory.probe.Sites;

/**
 * What was measured, site by site and by name, to be taken apart and put together; a metric may have several values.
 */
final class Readings {
    private static final double[] NOTHING = {};

    private final Map<Site, Map<String, double[]>> sites = new LinkedHashMap<>();

    static Readings of(Sites measured) {
        Readings readings = new Readings();
        for (Site site : measured.sites()) {
            readings.sites.put(site, new LinkedHashMap<>());
        }
        for (Column column : measured.columns()) {
            for (int i = 0; i < column.size(); i++) {
                Map<String, double[]> at = readings.sites.get(measured.sites().get(column.at()[i]));
                double[] known = at.getOrDefault(column.metric(), NOTHING);
                double[] more = Arrays.copyOf(known, known.length + 1);
                more[known.length] = column.values()[i];
                at.put(column.metric(), more);
            }
        }
        return readings;
    }

    Set<Site> sites() {
        return sites.keySet();
    }

    /** Whether anything is left that was measured at a site. */
    boolean has(Site site) {
        return !sites.getOrDefault(site, Map.of()).isEmpty();
    }

    List<String> metrics(Site site) {
        return List.copyOf(sites.getOrDefault(site, Map.of()).keySet());
    }

    /** The values of a metric at a site; none where it was not measured there. */
    double[] get(Site site, String metric) {
        return sites.getOrDefault(site, Map.of()).getOrDefault(metric, NOTHING);
    }

    void put(Site site, String metric, double[] values) {
        sites.computeIfAbsent(site, any -> new LinkedHashMap<>()).put(metric, values);
    }

    void remove(Site site, String metric) {
        sites.getOrDefault(site, new LinkedHashMap<>()).remove(metric);
    }

    /** Whether both measured the same at a site, to the last bit. */
    boolean sameAt(Site site, Readings other) {
        Map<String, double[]> one = sites.getOrDefault(site, Map.of());
        Map<String, double[]> two = other.sites.getOrDefault(site, Map.of());
        return one.keySet().equals(two.keySet())
                && one.entrySet().stream()
                        .allMatch(metric -> Arrays.equals(metric.getValue(), two.get(metric.getKey())));
    }

    /** These and what another has left beside them. */
    Readings with(Readings more) {
        Readings both = new Readings();
        sites.forEach((site, metrics) -> metrics.forEach((metric, values) -> both.put(site, metric, values)));
        more.sites.forEach((site, metrics) -> metrics.forEach((metric, values) -> both.put(site, metric, values)));
        return both;
    }

    /** As columns, without sites at which nothing is left. */
    Sites asSites() {
        List<Site> left = sites.keySet().stream().filter(this::has).toList();
        Map<String, List<Integer>> at = new LinkedHashMap<>();
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int i = 0; i < left.size(); i++) {
            for (Map.Entry<String, double[]> metric : sites.get(left.get(i)).entrySet()) {
                for (double value : metric.getValue()) {
                    at.computeIfAbsent(metric.getKey(), any -> new ArrayList<>())
                            .add(i);
                    values.computeIfAbsent(metric.getKey(), any -> new ArrayList<>())
                            .add(value);
                }
            }
        }
        List<Column> columns = new ArrayList<>();
        at.forEach((metric, places) -> columns.add(new Column(
                metric,
                places.stream().mapToInt(Integer::intValue).toArray(),
                values.get(metric).stream().mapToDouble(Double::doubleValue).toArray())));
        return left.isEmpty() ? Sites.none() : new Sites(left, columns);
    }
}
