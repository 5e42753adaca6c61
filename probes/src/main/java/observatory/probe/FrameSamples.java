package observatory.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the samples of one step into columns; sites keep the order in which they were first named. */
final class FrameSamples implements SampleSink {
    private final Map<Site, Integer> sites = new LinkedHashMap<>();
    private final Map<String, Growing> columns = new LinkedHashMap<>();

    /** Gives a site its place in the order of execution, before anything is known about it. */
    void pass(Site site) {
        sites.putIfAbsent(site, sites.size());
    }

    @Override
    public void sample(Site site, String metric, double value) {
        pass(site);
        columns.computeIfAbsent(metric, m -> new Growing()).add(sites.get(site), value);
    }

    Sites take() {
        if (sites.isEmpty()) {
            return Sites.none();
        }
        List<Column> done = new ArrayList<>(columns.size());
        columns.forEach((metric, column) -> done.add(column.named(metric)));
        Sites taken = new Sites(List.copyOf(sites.keySet()), done);
        sites.clear();
        columns.clear();
        return taken;
    }

    private static final class Growing {
        private int[] at = new int[16];
        private double[] values = new double[16];
        private int size;

        void add(int site, double value) {
            if (size == at.length) {
                at = Arrays.copyOf(at, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            at[size] = site;
            values[size++] = value;
        }

        Column named(String metric) {
            return new Column(metric, Arrays.copyOf(at, size), Arrays.copyOf(values, size));
        }
    }
}
