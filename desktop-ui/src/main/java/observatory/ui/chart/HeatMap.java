package observatory.ui.chart;

import java.util.List;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * A metric at many sites over steps.
 *
 * @param rows from top to bottom; those of one group lie together
 * @param relative whether each row is shown in deviations from its own median rather than by value
 */
public record HeatMap(String metric, StepIndex index, List<Row> rows, boolean relative) {
    /** One site: the group it belongs to, its own name within it, and its values. */
    public record Row(String group, String name, Series series) {}

    public HeatMap {
        rows = List.copyOf(rows);
    }
}
