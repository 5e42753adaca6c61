package observatory.ui.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The names of a chart's lines, each beside the last value of its line in view and none over another. */
final class LineNames {
    static final int APART = 12;
    private static final int MOST = 8;
    private static final int LONGEST = 24;

    private LineNames() {}

    /** A name in a colour of the palette, at a height of the plot in pixels from its upper edge. */
    record Name(String text, int colour, int y) {}

    /** None where one line needs no name, or where there are too many to tell apart by them. */
    static List<Name> of(Plot plot, Span steps, ValueAxis axis, int height) {
        List<Name> names = new ArrayList<>();
        if (plot.traces().size() < 2
                || plot.traces().size() > MOST
                || height < APART * plot.traces().size()) {
            return names;
        }
        for (Trace trace : plot.traces()) {
            Readout.value(trace, steps.high())
                    .map(value -> axis.share(value))
                    .filter(share -> !Double.isNaN(share))
                    .ifPresent(share -> names.add(new Name(Names.cut(trace.name(), LONGEST), trace.colour(), (int)
                            Math.round(height * (1 - Math.clamp(share, 0, 1))))));
        }
        names.sort(Comparator.comparingInt(Name::y));
        return apart(names, height);
    }

    /** Pushed down where they would lie over each other, and back up from the lower edge. */
    private static List<Name> apart(List<Name> sorted, int height) {
        int[] y = sorted.stream().mapToInt(Name::y).toArray();
        for (int i = 0; i < y.length; i++) {
            y[i] = Math.max(y[i], i == 0 ? APART / 2 : y[i - 1] + APART);
        }
        for (int i = y.length - 1; i >= 0; i--) {
            y[i] = Math.min(y[i], i == y.length - 1 ? height - APART / 2 : y[i + 1] - APART);
        }
        List<Name> names = new ArrayList<>();
        for (int i = 0; i < y.length; i++) {
            names.add(new Name(sorted.get(i).text(), sorted.get(i).colour(), y[i]));
        }
        return names;
    }
}
