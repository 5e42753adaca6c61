package observatory.ui.chart;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import observatory.ui.data.Extent;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/**
 * A heat map over a stretch of steps, in its other forms: short, what each row comes to; exact, every
 * value of every step.
 */
public record HeatTwin(HeatMap map, Span steps) implements Twin {
    private static final int WIDTH = 2600;
    private static final int LEFT = 520;
    private static final int TOP = 90;
    private static final int EDGE = 70;
    private static final int ROW = 34; // pixels; less where rows are many
    private static final int HIGHEST = 2600;

    @Override
    public String title() {
        return map.metric() + " at every site";
    }

    @Override
    public String sentence() {
        Extent all = new Extent().clear();
        map.rows().forEach(row -> summarise(row, all));
        return title() + ", " + Numbers.whole(map.rows().size()) + " rows"
                + (all.hasFinite() ? ": least " + Numbers.of(all.min()) + ", greatest " + Numbers.of(all.max()) : "")
                + (all.hasNaN() ? ", with NaN" : "");
    }

    @Override
    public ChartTable table(int most, boolean exact) {
        return exact ? everyStep(most) : everyRow(most);
    }

    private ChartTable everyRow(int most) {
        List<List<String>> rows = new ArrayList<>();
        for (HeatMap.Row row : map.rows().subList(0, Math.min(most, map.rows().size()))) {
            Extent extent = new Extent().clear();
            summarise(row, extent);
            boolean any = extent.hasFinite();
            rows.add(List.of(
                    name(row),
                    any ? Numbers.of(extent.min()) : "",
                    any ? Numbers.of(extent.max()) : "",
                    any ? Numbers.of(extent.last()) : "",
                    extent.hasNaN() ? "NaN" : extent.hasPlusInfinity() || extent.hasMinusInfinity() ? "Inf" : ""));
        }
        return new ChartTable(
                List.of("site", "least", "greatest", "last", "not finite"),
                rows,
                rows.size() == map.rows().size());
    }

    private ChartTable everyStep(int most) {
        List<String> columns = new ArrayList<>(List.of("step"));
        map.rows().forEach(row -> columns.add(name(row)));
        List<List<String>> rows = new ArrayList<>();
        for (StepIndex.Segment segment : map.index().segments()) {
            int end = map.index().rowAtOrAfter(segment, Math.nextUp(steps.high()));
            for (int at = map.index().rowAtOrAfter(segment, steps.low()); at < end && rows.size() < most; at++) {
                List<String> line =
                        new ArrayList<>(List.of(Long.toString(map.index().step(at))));
                for (HeatMap.Row row : map.rows()) {
                    line.add(value(row, at));
                }
                rows.add(line);
            }
        }
        return new ChartTable(columns, rows, rows.size() < most);
    }

    /** What a cell of this one step would show. */
    private String value(HeatMap.Row row, int at) {
        Extent extent = new Extent().clear();
        for (Series site : row.series()) {
            if (at < site.size()) {
                extent.add(site.at(at));
            }
        }
        if (extent.hasNaN()) {
            return "NaN";
        }
        if (extent.hasPlusInfinity() || extent.hasMinusInfinity()) {
            return extent.hasPlusInfinity() ? "Infinity" : "-Infinity";
        }
        return extent.hasFinite() ? Float.toString(map.pool().of(extent)) : "";
    }

    private void summarise(HeatMap.Row row, Extent extent) {
        for (StepIndex.Segment segment : map.index().segments()) {
            int from = map.index().rowAtOrAfter(segment, steps.low());
            int to = map.index().rowAtOrAfter(segment, Math.nextUp(steps.high()));
            row.series().forEach(site -> site.summarise(from, to, extent));
        }
    }

    private static String name(HeatMap.Row row) {
        String group = row.group().replaceFirst("^[▸▾] ", "");
        return row.name().isEmpty() ? group : group + " " + row.name();
    }

    @Override
    public String fileName() {
        return PlotTwin.fileName(title(), steps);
    }

    @Override
    public void png(Path file, Palette palette) throws IOException {
        int height = Math.clamp((long) ROW * map.rows().size(), ROW, HIGHEST);
        BufferedImage image = new BufferedImage(WIDTH, TOP + height + EDGE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        g.setColor(Color.BLACK);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 36));
        HeatCells cells = HeatCells.of(map, steps, map.columns(steps, WIDTH - LEFT - EDGE));
        String range = cells.low() <= cells.high()
                ? ", " + Numbers.of(cells.low()) + " (dark) to " + Numbers.of(cells.high()) + " (bright)"
                : "";
        g.drawString(title() + ", " + map.pool().label() + " of each cell" + range, EDGE / 2, 52);
        Raster raster = Raster.of(WIDTH - LEFT - EDGE, height);
        HeatPainter.paint(raster, cells, palette, 3);
        for (int y = 0; y < raster.height(); y++) {
            for (int x = 0; x < raster.width(); x++) {
                image.setRGB(LEFT + x, TOP + y, raster.pixel(x, y));
            }
        }
        words(g, height);
        g.dispose();
        ImageIO.write(image, "png", file.toFile());
    }

    private void words(Graphics2D g, int height) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 26));
        double each = (double) height / Math.max(1, map.rows().size());
        int every = (int) Math.max(1, Math.ceil(30 / each));
        for (int row = 0; row < map.rows().size(); row += every) {
            g.drawString(name(map.rows().get(row)), EDGE / 2, (int) (TOP + (row + 0.5) * each + 9));
        }
        for (Ticks.Tick tick : StepLabels.STEPS.over(steps, 10)) {
            int x = LEFT + (int) (steps.share(tick.position()) * (WIDTH - LEFT - EDGE));
            g.drawString(tick.label(), x - 7 * tick.label().length(), TOP + height + 40);
        }
    }
}
