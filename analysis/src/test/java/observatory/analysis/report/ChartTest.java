package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.List;
import observatory.analysis.Severity;
import org.junit.jupiter.api.Test;

/** Looks at the pixels: the oracle knows where a step must lie, not how the chart is drawn. */
class ChartTest {
    private static final int STEPS = 100_000;
    private static final Span SPAN = new Span(0, STEPS - 1);

    @Test
    void aSpikeOfOneStepAmongAHundredThousandIsSeen() {
        assertTrue(inkInUpperHalf(draw(50_000)) > 100, "the spike rises to the top");
        assertEquals(0, inkInUpperHalf(draw(-1)), "and nothing does without it");
    }

    @Test
    void anIncidentIsShadedWhereItWas() {
        BufferedImage image = new Chart(flat(-1), false, Palette.BLUE)
                .image(SPAN, List.of(Sample.incident(1, Severity.CRITICAL, 50_000, "")));
        int middle = image.getWidth() / 2;
        assertTrue(tinted(image, middle - 150, middle + 150), "in the middle");
        assertFalse(tinted(image, 200, middle - 300), "not before");
    }

    @Test
    void aCurveWithNothingToDrawStillHasAxes() {
        Track track = new Track();
        track.add(0, Double.NaN);
        track.add(1, Double.POSITIVE_INFINITY);
        for (boolean logarithmic : new boolean[] {true, false}) {
            BufferedImage image = new Chart(track, logarithmic, Palette.BLUE).image(new Span(0, 1), List.of());
            assertTrue(has(image, Palette.VERMILION), "ticks where it was not finite");
        }
    }

    private static Track flat(int spike) {
        Track track = new Track();
        for (int step = 0; step < STEPS; step++) {
            track.add(step, step == spike ? 10 : step == 0 ? 0 : step == 1 ? 10 : 1); // 0 and 10 fix the axis
        }
        return track;
    }

    private static BufferedImage draw(int spike) {
        return new Chart(flat(spike), false, Palette.BLUE).image(SPAN, List.of());
    }

    /** Pixels of the curve above the middle, away from the left edge where the axis is fixed. */
    private static int inkInUpperHalf(BufferedImage image) {
        int ink = 0;
        for (int y = 0; y < image.getHeight() / 2; y++) {
            for (int x = image.getWidth() / 4; x < image.getWidth(); x++) {
                Color colour = new Color(image.getRGB(x, y));
                ink += colour.getBlue() > colour.getRed() + 60 ? 1 : 0;
            }
        }
        return ink;
    }

    private static boolean tinted(BufferedImage image, int fromX, int toX) {
        for (int x = fromX; x < toX; x++) {
            Color colour = new Color(image.getRGB(x, image.getHeight() / 3));
            if (colour.getRed() > colour.getBlue() + 20) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(BufferedImage image, Color colour) {
        for (int x = 0; x < image.getWidth(); x++) {
            if (image.getRGB(x, 24) == colour.getRGB()) {
                return true;
            }
        }
        return false;
    }
}
