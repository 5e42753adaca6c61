package observatory.ui.chart;

import java.util.Optional;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * One line of a chart.
 *
 * @param smooth drawn in full colour before the faint raw line; none where the raw line stands alone
 * @param stairs whether a value holds until the next, as that of a setting does, rather than leading to it
 * @param colour the number of the line's colour in the palette, from 0
 */
public record Trace(String name, StepIndex index, Series series, Optional<Ema> smooth, int colour, boolean stairs) {
    public static Trace raw(String name, StepIndex index, Series series, int colour) {
        return new Trace(name, index, series, Optional.empty(), colour, false);
    }

    public static Trace stairs(String name, StepIndex index, Series series, int colour) {
        return new Trace(name, index, series, Optional.empty(), colour, true);
    }
}
