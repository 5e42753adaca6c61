package observatory.ui.chart;

import java.util.Optional;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * One line of a chart.
 *
 * @param smooth drawn in full colour before the faint raw line; none where the raw line stands alone
 * @param colour the number of the line's colour in the palette, from 0
 */
public record Trace(String name, StepIndex index, Series series, Optional<Ema> smooth, int colour) {
    public static Trace raw(String name, StepIndex index, Series series, int colour) {
        return new Trace(name, index, series, Optional.empty(), colour);
    }
}
