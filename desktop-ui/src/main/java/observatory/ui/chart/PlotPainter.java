package observatory.ui.chart;

import java.util.ArrayList;
import java.util.List;
import observatory.ui.data.StepIndex;

/**
 * Draws a plot into a raster. A pure function of what it is given, so it can be tested, timed and exported anywhere.
 */
public final class PlotPainter {
    private static final double ORPHANED = 0.3;
    private static final double RAW_BEHIND_SMOOTH = 0.32;
    private static final double SHADE = 0.14;

    private PlotPainter() {}

    /** What stands beside the picture: the value axis, its ticks, and how many values it leaves out. */
    public record Drawn(ValueAxis axis, List<Ticks.Tick> ticks, int clipped) {}

    private record Part(Trace trace, boolean smooth, boolean orphaned, Columns columns) {}

    /** @param scale pixels of the raster for each unit of the screen: 2 on a screen of double density */
    public static Drawn paint(Raster raster, Plot plot, Span steps, Palette palette, double scale) {
        List<Part> parts = parts(plot, steps, raster.width());
        ValueAxis axis = ValueAxis.of(parts.stream().map(Part::columns).toList(), plot.scale(), plot.clip());
        List<Ticks.Tick> ticks = plot.empty()
                ? List.of()
                : Ticks.over(axis.positions(), axis.scale(), (int) (raster.height() / scale / 26));
        raster.clear(palette.get("plot"));
        if (!plot.empty()) { // else a sentence stands there
            plot.bands().forEach(band -> shade(raster, band, steps, palette, scale));
        }
        for (Ticks.Tick tick : ticks) {
            double y = Math.round(raster.height() * (1 - axis.positions().share(tick.position())));
            raster.fill(0, y, raster.width(), y + scale, palette.get("grid"));
        }
        plot.rules().forEach(rule -> rule(raster, rule, steps, axis, palette, scale));
        for (Part part : parts) {
            int colour = palette.series(part.trace.colour());
            double strength = part.orphaned ? ORPHANED : 1;
            boolean behind = part.trace.smooth().isPresent() && !part.smooth;
            strength *= behind ? RAW_BEHIND_SMOOTH : 1;
            new TracePainter(raster, axis, (behind ? 1.2 : 1.6) * scale)
                    .line(part.columns, Raster.faded(colour, strength), part.trace.stairs());
        }
        TracePainter.Glyphs glyphs = new TracePainter.Glyphs(palette.get("critical"), palette.get("warning"));
        for (Part part : parts) {
            if (!part.smooth) {
                new TracePainter(raster, axis, 1.6 * scale).glyphs(part.columns, glyphs);
            }
        }
        return new Drawn(axis, ticks, plot.clip() ? clipped(plot, steps, axis) : 0);
    }

    private static List<Part> parts(Plot plot, Span steps, int width) {
        List<Part> raw = new ArrayList<>();
        List<Part> smooth = new ArrayList<>();
        for (Trace trace : plot.traces()) {
            for (StepIndex.Segment segment : trace.index().segments()) {
                // What a later segment went over again is drawn, but faintly.
                long orphanedFrom = trace.index().orphanedFrom(segment);
                int cut = orphanedFrom == Long.MAX_VALUE
                        ? segment.to()
                        : trace.index().rowAtOrAfter(segment, orphanedFrom);
                StepIndex.Segment kept = new StepIndex.Segment(segment.from(), cut, segment.incarnation());
                StepIndex.Segment orphaned = new StepIndex.Segment(cut, segment.to(), segment.incarnation());
                add(raw, trace, kept, orphaned, steps, width);
                trace.smooth()
                        .ifPresent(ema -> smooth.add(new Part(
                                trace, true, false, Columns.of(trace.index(), kept, ema.series(), steps, width))));
            }
        }
        raw.addAll(smooth);
        return raw;
    }

    private static void add(
            List<Part> into, Trace trace, StepIndex.Segment kept, StepIndex.Segment orphaned, Span steps, int width) {
        if (orphaned.from() < orphaned.to()) {
            Columns columns = Columns.of(trace.index(), orphaned, trace.series(), steps, width);
            into.add(new Part(trace, false, true, columns));
        }
        into.add(new Part(trace, false, false, Columns.of(trace.index(), kept, trace.series(), steps, width)));
    }

    private static void shade(Raster raster, Plot.Band band, Span steps, Palette palette, double scale) {
        double left = steps.share(band.first()) * (raster.width() - 1) + 0.5;
        double right = steps.share(band.last()) * (raster.width() - 1) + 0.5;
        double lacking = Math.max(0, 3 * scale - (right - left)) / 2;
        int colour = palette.get(band.colour());
        if (band.shaded()) {
            raster.fill(left - lacking, 0, right + lacking, raster.height(), Raster.faded(colour, SHADE));
        }
        raster.fill(left - lacking, 0, right + lacking, 3 * scale, colour);
    }

    private static void rule(Raster raster, Plot.Rule rule, Span steps, ValueAxis axis, Palette palette, double scale) {
        int colour = palette.get(rule.colour());
        double dash = 5 * scale;
        if (rule.vertical()) {
            double x = Math.floor(steps.share(rule.at()) * (raster.width() - 1));
            for (double y = 0; y < raster.height() && steps.contains(rule.at()); y += 2 * dash) {
                raster.fill(x, y, x + scale, y + dash, colour);
            }
        } else {
            double share = axis.share(rule.at());
            double y = Math.floor(raster.height() * (1 - share));
            for (double x = 0; x < raster.width() && share >= 0 && share <= 1; x += 2 * dash) {
                raster.fill(x, y, x + dash, y + scale, colour);
            }
        }
    }

    private static int clipped(Plot plot, Span steps, ValueAxis axis) {
        float low = (float) axis.value(0);
        float high = (float) axis.value(1);
        int count = 0;
        for (Trace trace : plot.traces()) {
            for (StepIndex.Segment segment : trace.index().segments()) {
                int from = trace.index().rowAtOrAfter(segment, steps.low());
                int to = trace.index().rowAtOrAfter(segment, Math.nextUp(steps.high()));
                count += trace.series().countOutside(from, to, low, high);
            }
        }
        return count;
    }
}
