package observatory.ui.chart;

import java.util.List;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * A metric at many sites over steps.
 *
 * @param rows from top to bottom; those of one group lie together
 * @param pool what a cell shows of all that falls into it
 * @param relative whether each row is shown in deviations from its own median rather than by value
 * @param missing why there is nothing to see, where there are no rows
 */
public record HeatMap(String metric, StepIndex index, List<Row> rows, Pool pool, boolean relative, String missing) {
    /**
     * One site, or a whole group folded into one row.
     *
     * @param group what it belongs to
     * @param name its own name within the group
     * @param series the values of its sites
     */
    public record Row(String group, String name, List<Series> series) {
        public Row {
            series = List.copyOf(series);
        }
    }

    public HeatMap {
        rows = List.copyOf(rows);
    }

    /** Of a metric that has rows. */
    public HeatMap(String metric, StepIndex index, List<Row> rows, Pool pool, boolean relative) {
        this(metric, index, rows, pool, relative, "");
    }

    /**
     * How many cells stand side by side: one for each measured step where there are few, one for two pixels
     * where there are many.
     */
    int columns(Span steps, double width) {
        return (int) Math.max(1, Math.min(width / 2, steps.length() / index.stride() + 1));
    }
}
