package observatory.ui.chart;

import java.util.List;

/**
 * What a chart shows, without where it stands or how large it is.
 *
 * @param unit what stands behind numbers; empty where they have none
 * @param clip whether the value axis leaves out the outermost twentieths of the values
 * @param bands stretches of steps to be shaded
 * @param missing what is said where nothing was measured
 */
public record Plot(
        String title,
        String unit,
        List<Trace> traces,
        Scale.Kind scale,
        boolean clip,
        List<Band> bands,
        List<Rule> rules,
        String missing) {
    private static final String NOTHING = "Nothing was measured here.";

    public Plot {
        traces = List.copyOf(traces);
        bands = List.copyOf(bands);
        rules = List.copyOf(rules);
    }

    /**
     * Steps with something to say, such as an incident; {@code colour} is a name of the palette.
     *
     * @param shaded over the whole height, or only marked at its top
     */
    public record Band(double first, double last, String colour, boolean shaded) {}

    /** A line across the chart: a level such as a format's limit, or a step such as a restart. */
    public record Rule(boolean vertical, double at, String colour, String label) {}

    public static Plot of(String title, String unit, List<Trace> traces) {
        return new Plot(title, unit, traces, Scale.Kind.LINEAR, false, List.of(), List.of(), NOTHING);
    }

    public Plot scaled(Scale.Kind kind) {
        return new Plot(title, unit, traces, kind, clip, bands, rules, missing);
    }

    public Plot clipped(boolean on) {
        return new Plot(title, unit, traces, scale, on, bands, rules, missing);
    }

    public Plot with(List<Band> shaded, List<Rule> lines) {
        return new Plot(title, unit, traces, scale, clip, shaded, lines, missing);
    }

    /** What is said in place of lines, where there are none yet. */
    public Plot orElse(String sentence) {
        return new Plot(title, unit, traces, scale, clip, bands, rules, sentence);
    }

    boolean empty() {
        return traces.stream().allMatch(trace -> trace.index().empty());
    }
}
