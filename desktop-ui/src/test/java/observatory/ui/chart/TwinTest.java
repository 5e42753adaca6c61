package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import observatory.ui.Frames;
import observatory.ui.Theme;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two layers over ten steps; the second breaks at step 7. */
class TwinTest {
    private static final int WHITE = 0xffffffff;

    @TempDir
    private Path folder;

    @Test
    void aHeatMapIsATableOfWhatItsRowsComeToAndOfEveryStepInAFile() throws IOException {
        HeatTwin twin = heat();
        assertEquals(
                List.of(List.of("residual 0", "0", "9", "9", ""), List.of("residual 1", "0", "18", "18", "NaN")),
                twin.table(10, false).rows());
        assertEquals("rms at every site, 2 rows: least 0, greatest 18, with NaN", twin.sentence());
        List<String> lines = Files.readAllLines(Export.csv(twin, folder));
        assertEquals("step,residual 0,residual 1", lines.getFirst());
        assertEquals("6,6.0,12.0", lines.get(7));
        assertEquals("7,7.0,NaN", lines.get(8));
        assertEquals(11, lines.size());
    }

    @Test
    void andAFigureInWhichTheBrightestCellIsSeen() throws IOException {
        Path file = Export.png(heat(), Theme.LIGHT.palette(), folder);
        assertEquals("rms-at-every-site-0-9.png", file.getFileName().toString());
        BufferedImage image = ImageIO.read(file.toFile());
        int bright = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                bright += image.getRGB(x, y) == Cividis.of(1) ? 1 : 0;
            }
        }
        assertTrue(bright > 1000, "pixels in the shade of the greatest value: " + bright);
    }

    @Test
    void aFigureBreaksItsLineWhereNothingFiniteWasMeasured() throws IOException {
        Series series = new Series();
        StepIndex index = StepIndex.of(0, 1, 2, 3, 4, 5);
        for (double value : new double[] {0, 0, Double.NaN, Double.NaN, 9, 9}) {
            series.append(value);
        }
        Plot plot = Plot.of("broken", "", List.of(Trace.raw("broken", index, series, 0)));
        BufferedImage image = ImageIO.read(Export.png(new PlotTwin(plot, new Span(0, 5)), Theme.LIGHT.palette(), folder)
                .toFile());
        int line = 0xff000000 | Theme.LIGHT.palette().series(0);
        int middle = image.getWidth() / 2;
        for (int x = middle - 20; x < middle + 20; x++) {
            for (int y = 60; y < image.getHeight() - 80; y++) {
                assertTrue(image.getRGB(x, y) != line, "no line leads over the gap: x=" + x + ", y=" + y);
            }
        }
        assertTrue(image.getRGB(2, 2) == WHITE);
    }

    @Test
    void whatLiesOverLayersOrPowersIsCalledSo() {
        StepIndex.Growing powers = new StepIndex.Growing();
        Series density = new Series();
        powers.append(PowerLabels.position(0.01));
        powers.append(PowerLabels.position(10));
        density.append(5);
        density.append(1);
        Plot plot = Plot.of("Density", "", List.of(Trace.raw("density", powers.index(), density, 0)));
        PlotTwin twin = new PlotTwin(plot, new Span(-2000, 1000), new PowerLabels("eigenvalue"));
        assertEquals(List.of("eigenvalue", "density"), twin.table(10, false).columns());
        assertEquals(
                List.of(List.of("0.01", "5"), List.of("10", "1")),
                twin.table(10, false).rows());
        assertTrue(twin.sentence().startsWith("Density, eigenvalues 0.01 to 10: least 1"), twin.sentence());
    }

    private static HeatTwin heat() {
        Recording recording = new Recording(Frames.RUN);
        for (int step = 0; step < 10; step++) {
            recording.accept(Frames.layers(step, 2, step, step == 7 ? Double.NaN : 2 * step));
        }
        MetricData rms = recording.metric("rms").orElseThrow();
        List<HeatMap.Row> rows = rms.sites().stream()
                .map(site -> new HeatMap.Row("▾ residual", Integer.toString(site.layer()), List.of(rms.at(site))))
                .toList();
        return new HeatTwin(new HeatMap("rms", rms.index(), rows, Pool.GREATEST, false), new Span(0, 9));
    }
}
