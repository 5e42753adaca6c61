package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import observatory.ui.Theme;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * WCAG 2.1 contrast, and how colours look to people with the three kinds of dichromacy: the linear maps of Machado,
 * Oliveira and Fernandes (2009), severity 1, applied to linear RGB.
 */
class PaletteTest {
    private static final double[][][] DEFICIENCIES = {
        {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}
    };

    @ParameterizedTest
    @EnumSource(Theme.class)
    void textIsReadable(Theme theme) {
        Palette palette = theme.palette();
        for (String ground : List.of("plot", "window", "selection")) {
            for (String ink : List.of("ink", "ink-soft")) {
                assertAtLeast(4.5, palette, ink, ground);
            }
        }
        for (String word : List.of("critical", "warning", "info", "ok")) {
            assertAtLeast(4.5, palette, word, "plot");
            assertAtLeast(4.5, palette, "on-status", word);
        }
        assertAtLeast(4.5, palette, "on-status", "ink-soft");
    }

    @ParameterizedTest
    @EnumSource(Theme.class)
    void linesStandOutFromTheirGround(Theme theme) {
        for (int series = 1; series <= 7; series++) {
            assertAtLeast(3, theme.palette(), "series-" + series, "plot");
        }
        assertAtLeast(3, theme.palette(), "heat-bad", "plot");
        assertAtLeast(3, theme.palette(), "accent", "plot");
    }

    @ParameterizedTest
    @EnumSource(Theme.class)
    void theFirstFiveLinesDifferForEveryKindOfEyes(Theme theme) {
        for (int a = 0; a < 5; a++) {
            for (int b = a + 1; b < 5; b++) {
                int one = theme.palette().series(a);
                int other = theme.palette().series(b);
                for (double[][] deficiency : DEFICIENCIES) {
                    double distance = distance(seen(one, deficiency), seen(other, deficiency));
                    assertTrue(
                            distance > 8,
                            theme + ": lines " + (a + 1) + " and " + (b + 1) + " are " + distance
                                    + " apart for one kind of eyes");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Theme.class)
    void bothThemesHaveTheSameNames(Theme theme) {
        assertEquals(
                theme.other().palette().colours().keySet(),
                theme.palette().colours().keySet());
    }

    @ParameterizedTest
    @EnumSource(Theme.class)
    void heatGetsBrighterAllTheWay(Theme theme) {
        double before = -1;
        for (int i = 0; i <= 50; i++) {
            double now = luminance(linear(Cividis.of(i / 50.0)));
            assertTrue(now > before, "shade " + i);
            before = now;
        }
    }

    private static void assertAtLeast(double ratio, Palette palette, String one, String other) {
        double a = luminance(linear(palette.get(one)));
        double b = luminance(linear(palette.get(other)));
        double contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        assertTrue(contrast >= ratio, one + " on " + other + " has a contrast of " + contrast);
    }

    private static double[] linear(int argb) {
        double[] rgb = new double[3];
        for (int i = 0; i < 3; i++) {
            double c = (argb >> 16 - 8 * i & 255) / 255.0;
            rgb[i] = c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
        }
        return rgb;
    }

    private static double luminance(double[] rgb) {
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    }

    private static double[] seen(int argb, double[][] deficiency) {
        double[] rgb = linear(argb);
        double[] seen = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                seen[i] += deficiency[i][j] * rgb[j];
            }
            seen[i] = Math.clamp(seen[i], 0, 1);
        }
        return seen;
    }

    /** Distance in CIELAB. */
    private static double distance(double[] one, double[] other) {
        double[] a = lab(one);
        double[] b = lab(other);
        return Math.sqrt(Math.pow(a[0] - b[0], 2) + Math.pow(a[1] - b[1], 2) + Math.pow(a[2] - b[2], 2));
    }

    private static double[] lab(double[] rgb) {
        double x = f((0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.95047);
        double y = f(0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]);
        double z = f((0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.08883);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double f(double t) {
        return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16.0 / 116;
    }
}
