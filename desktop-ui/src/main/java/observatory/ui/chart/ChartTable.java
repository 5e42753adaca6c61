package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** A picture in numbers, such as a row for each step in view, so that every chart can be read, copied and exported. */
public record ChartTable(List<String> columns, List<List<String>> rows, boolean whole) {
    /** Rows on the screen; an export has them all. */
    public static final int ON_SCREEN = 2000;

    public ChartTable {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** As text with commas; names that a spreadsheet would run are made harmless. */
    public String csv() {
        StringBuilder csv = new StringBuilder();
        line(csv, columns);
        rows.forEach(row -> line(csv, row));
        return csv.toString();
    }

    /** At most so many rows from the start of the span; numbers short, as on screens, or in all their digits. */
    static ChartTable of(PlotTwin twin, int most, boolean exact) {
        Plot plot = twin.plot();
        Span steps = twin.steps();
        TreeSet<Long> all = new TreeSet<>();
        for (Trace trace : plot.traces()) {
            for (StepIndex.Segment segment : trace.index().segments()) {
                int end = Math.min(segment.to(), trace.series().size());
                int row = trace.index().rowAtOrAfter(segment, steps.low());
                for (int taken = 0; row < end && taken <= most && trace.index().step(row) <= steps.high(); row++) {
                    all.add(trace.index().step(row));
                    taken++;
                }
            }
        }
        List<String> columns = new ArrayList<>(List.of(twin.labels().across()));
        plot.traces().forEach(trace -> columns.add(trace.name()));
        List<List<String>> rows = new ArrayList<>();
        for (long step : all) {
            if (rows.size() == most) {
                break;
            }
            List<String> row = new ArrayList<>(List.of(twin.labels().at(step, exact)));
            plot.traces().forEach(trace -> row.add(value(trace, step, exact)));
            rows.add(List.copyOf(row));
        }
        return new ChartTable(columns, rows, rows.size() == all.size());
    }

    private static String value(Trace trace, long step, boolean exact) {
        int row = trace.index().rowAtOrBefore(step);
        boolean there = row >= 0 && row < trace.series().size() && trace.index().step(row) == step;
        if (!there || Series.isAbsent(trace.series().at(row))) {
            return "";
        }
        float value = trace.series().at(row);
        return exact ? Float.toString(value) : Numbers.of(value);
    }

    private static void line(StringBuilder csv, List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            csv.append(i == 0 ? "" : ",").append(cell(cells.get(i)));
        }
        csv.append('\n');
    }

    private static String cell(String text) {
        boolean formula = !text.isEmpty() && "=+@\t\r".indexOf(text.charAt(0)) >= 0;
        String safe = formula ? "'" + text : text;
        return safe.matches("(?s).*[\",\n\r].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
