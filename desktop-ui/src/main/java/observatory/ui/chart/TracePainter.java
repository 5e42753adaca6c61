package observatory.ui.chart;

/**
 * Draws the entries of one series: spans from minimum to maximum where rows are many, a smooth line where they are few.
 */
final class TracePainter {
    private final Raster raster;
    private final ValueAxis axis;
    private final double thickness; // in pixels of the raster

    TracePainter(Raster raster, ValueAxis axis, double thickness) {
        this.raster = raster;
        this.axis = axis;
        this.thickness = thickness;
    }

    void line(Columns columns, int argb, boolean stairs) {
        if (columns.dense()) {
            spans(columns, argb);
        } else {
            polyline(columns, argb, stairs);
        }
    }

    private void polyline(Columns columns, int argb, boolean stairs) {
        boolean dots = columns.size() > 1 && raster.width() / (double) columns.size() > 7 * thickness;
        boolean joined = false;
        double beforeX = 0;
        double beforeY = 0;
        for (int i = 0; i < columns.size(); i++) {
            double y = columns.finite(i) ? y(columns.last(i)) : Double.NaN;
            if (Double.isNaN(y)) {
                joined = false;
                continue;
            }
            double x = columns.x(i);
            boolean joins = joined && !columns.afterGap(i);
            if (joins && stairs) {
                raster.line(beforeX, beforeY, x, beforeY, thickness, argb);
                raster.line(x, beforeY, x, y, thickness, argb);
            } else if (joins) {
                raster.line(beforeX, beforeY, x, y, thickness, argb);
            }
            boolean alone = !joins && (i + 1 == columns.size() || !columns.finite(i + 1) || columns.afterGap(i + 1));
            if (dots || alone) {
                raster.disc(x, y, alone ? 1.6 * thickness : 1.3 * thickness, argb);
            }
            beforeX = x;
            beforeY = y;
            joined = true;
        }
    }

    private void spans(Columns columns, int argb) {
        double aboveBefore = Double.NaN;
        double belowBefore = Double.NaN;
        for (int i = 0; i < columns.size(); i++) {
            double top = columns.finite(i) ? y(columns.max(i)) : Double.NaN;
            double bottom = columns.finite(i) ? y(columns.min(i)) : Double.NaN;
            if (Double.isNaN(top)) {
                aboveBefore = Double.NaN;
                continue;
            }
            bottom = Double.isNaN(bottom) ? raster.height() : bottom; // not above zero on a logarithmic scale
            double from = top;
            double to = bottom;
            if (!Double.isNaN(aboveBefore) && !columns.afterGap(i)) {
                from = Math.min(from, belowBefore);
                to = Math.max(to, aboveBefore);
            }
            double lacking = Math.max(0, thickness - (to - from)) / 2;
            raster.column((int) columns.x(i), from - lacking, to + lacking, argb);
            aboveBefore = top;
            belowBefore = bottom;
        }
    }

    /**
     * Marks along the edges for what has no height: crosses for NaN, triangles for infinities and for what was clipped.
     */
    void glyphs(Columns columns, Glyphs colours) {
        double size = 5.5 * thickness;
        double top = 0.75 * size;
        double bottom = raster.height() - top;
        double freeNaN = -size;
        double freeUp = -size;
        double freeDown = -size;
        for (int i = 0; i < columns.size(); i++) {
            double x = columns.x(i);
            boolean above = columns.finite(i) && axis.share(columns.max(i)) > 1;
            boolean below = columns.finite(i) && axis.share(columns.min(i)) < 0;
            // A glyph is wider than a column: those that would lie on each other are drawn once.
            if (columns.nan(i) && x - freeNaN >= size * 0.8) {
                raster.cross(x, top, size * 0.85, 1.2 * thickness, colours.bad());
                freeNaN = x;
            }
            if ((columns.plusInfinity(i) || above) && x - freeUp >= size * 0.8) {
                raster.triangle(x, top, size, columns.plusInfinity(i) ? colours.bad() : colours.clipped());
                freeUp = x;
            }
            if ((columns.minusInfinity(i) || below) && x - freeDown >= size * 0.8) {
                raster.triangle(x, bottom, -size, columns.minusInfinity(i) ? colours.bad() : colours.clipped());
                freeDown = x;
            }
        }
    }

    /** The colours of marks for values that are not finite, and for those beyond the axis. */
    record Glyphs(int bad, int clipped) {}

    private double y(double value) {
        double share = axis.share(value);
        // Far outside, a line would be drawn for a long time where nobody sees it.
        return Double.isNaN(share) ? share : raster.height() * (1 - Math.clamp(share, -0.5, 1.5));
    }
}
