package observatory.probe;

import java.util.List;
import java.util.Optional;

/**
 * What was measured at sites, in columns: the list of sites once, in the order in which the step passed them, and for
 * each metric the sites it was measured at and their values.
 */
public record Sites(List<Site> sites, List<Column> columns) {
    private static final Sites NONE = new Sites(List.of(), List.of());

    public Sites {
        sites = List.copyOf(sites);
        columns = List.copyOf(columns);
        for (Column column : columns) {
            for (int at : column.at()) {
                if (at < 0 || at >= sites.size()) {
                    throw new IllegalArgumentException("metric " + column.metric() + " names site " + at + " of "
                            + sites.size() + "; sites are numbered from 0");
                }
            }
        }
    }

    public static Sites none() {
        return NONE;
    }

    /** The column of a metric; empty where no probe measured it in this step. */
    public Optional<Column> column(String metric) {
        for (Column column : columns) {
            if (column.metric().equals(metric)) {
                return Optional.of(column);
            }
        }
        return Optional.empty();
    }
}
