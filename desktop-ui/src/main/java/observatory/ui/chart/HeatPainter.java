package observatory.ui.chart;

/** Draws the cells of a heat map; where rows are many, those that share a line of pixels show the one that matters. */
public final class HeatPainter {
    private static final double GLYPH_HEIGHT =
            7; // below it a cell is filled instead, because a glyph would not be read

    private HeatPainter() {}

    public static void paint(Raster raster, HeatCells cells, Palette palette, double scale) {
        raster.clear(palette.get("plot"));
        if (cells.rows() == 0) {
            return;
        }
        int bad = palette.get("heat-bad");
        for (int y = 0; y < raster.height(); y++) {
            int first = y * cells.rows() / raster.height();
            int end = Math.max(first + 1, (y + 1) * cells.rows() / raster.height());
            for (int x = 0; x < raster.width(); x++) {
                int column = (int) ((long) x * cells.columns() / raster.width());
                raster.blend(x, y, pixel(cells, first, end, column, x + y, palette, scale), 1);
            }
        }
        double height = (double) raster.height() / cells.rows();
        double width = (double) raster.width() / cells.columns();
        for (int row = 0; row < cells.rows(); row++) {
            for (int column = 0; column < cells.columns(); column++) {
                if (cells.nan(row, column) || cells.infinite(row, column)) {
                    glyph(raster, cells, row, column, new double[] {width, height}, bad, palette, scale);
                }
            }
        }
    }

    private static int pixel(
            HeatCells cells, int first, int end, int column, int diagonal, Palette palette, double scale) {
        double shade = Double.NaN;
        for (int row = first; row < end; row++) {
            if (cells.finite(row, column)) {
                double one = cells.share(cells.value(row, column));
                shade = Double.isNaN(shade) ? one : cells.pool().of(shade, one);
            }
        }
        if (!Double.isNaN(shade)) {
            return Cividis.of(shade);
        }
        boolean stripe = Math.floorMod(diagonal, (int) (8 * scale)) < 2 * scale;
        return palette.get(stripe ? "border" : "plot");
    }

    private static void glyph(
            Raster raster,
            HeatCells cells,
            int row,
            int column,
            double[] cell,
            int bad,
            Palette palette,
            double scale) {
        double left = column * cell[0];
        double top = row * cell[1];
        raster.fill(left, top, left + Math.max(cell[0], 2 * scale), top + Math.max(cell[1], 2 * scale), bad);
        double size = Math.min(cell[0], cell[1]) * 0.6;
        if (cell[1] < GLYPH_HEIGHT * scale || cell[0] < GLYPH_HEIGHT * scale) {
            return;
        }
        int ink = palette.get("on-status");
        if (cells.nan(row, column)) {
            raster.cross(left + cell[0] / 2, top + cell[1] / 2, size, 1.4 * scale, ink);
        } else {
            raster.triangle(left + cell[0] / 2, top + cell[1] / 2, size, ink);
        }
    }
}
