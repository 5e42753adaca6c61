package observatory.analysis.spectrum;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Matrices A to F of the reference: the figures that WeightWatcher 0.7.5.5 gives for them. */
class GoldenTest {
    private static final double EXACT = 1e-8;
    /** The Marchenko–Pastur fit minimises a jagged function, so its parameters agree to this. */
    private static final double JAGGED = 5e-3;

    private record Golden(
            String name, LayerSpectrum found, double[] fit, double[] whole, double[] bulk, int[] counts) {}

    private static List<Golden> table() {
        return List.of(
                new Golden(
                        "A",
                        Matrices.spectrum(Matrices.a(), 300, 100),
                        new double[] {4.67568478301, 1.31625244058, 0.153000962749, 0.660172475608, 2.77241441214},
                        new double[] {
                            2.40551147898, 0.39637277136, 101.104903359, 42.0305220914, 0.963204529045, 0.387253427028
                        },
                        new double[] {0.995775657854, 1.03691721402, 2.49431626108},
                        new int[] {31, 85, 0}),
                new Golden(
                        "B",
                        Matrices.spectrum(Matrices.b(), 300, 100),
                        new double[] {4.17196321655, 1.35371864413, 0.0978336364682, 0.57911860176, 4.26001904969},
                        new double[] {
                            10.4395243783, 0.392356398502, 110.201556522, 10.5561855625, 0.938066381638, 0.445782845833
                        },
                        new double[] {0.966488697965, 0.24533350525, 2.56116510887},
                        new int[] {30, 80, 1}),
                new Golden(
                        "C",
                        Matrices.spectrum(Matrices.c(), 300, 100),
                        new double[] {2.62939465186, 0.0354318587619, 0.0553230413433, 0.27541796453, -0.536846077992},
                        new double[] {
                            0.538588670074,
                            0.0700721311718,
                            4.09237021976,
                            7.59832214665,
                            0.872321399296,
                            0.0167688709252
                        },
                        new double[] {0.812912179396, 0.124928421235, 0.0672850322475},
                        new int[] {35, 66, 10}),
                new Golden(
                        "D",
                        Matrices.spectrum(Matrices.d(), 64, 64),
                        new double[] {7.57262679055, 1.65116976494, 0.167438378893, 2.48421942118, 3.20720487166},
                        new double[] {
                            2.31437711895, 0.00243205207383, 39.9199007582, 17.2486585835, 0.880502198555, 0.11155495592
                        },
                        new double[] {1.0071326568, 1.09347460184, 2.53071259865},
                        new int[] {7, 47, 0}),
                new Golden(
                        "E",
                        Matrices.spectrum(Matrices.e(), 32, 16, 3, 3),
                        new double[] {10.2081150133, 0.0796671267964, 0.11998501051, 2.17037352263, -9.23557339155},
                        new double[] {
                            0.105753068173, 0.0797707480641, 5.5345933488, 52.3350617094, 0.947169325789, 0.011020751538
                        },
                        new double[] {0.986292705551, 1.03029897044, 0.10895727726},
                        new int[] {18, 117, 0}));
    }

    @TestFactory
    List<DynamicTest> agreesWithTheReference() {
        return table().stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name, () -> check(golden)))
                .toList();
    }

    private static void check(Golden golden) {
        LayerSpectrum found = golden.found;
        Spectrum spectrum = found.spectrum();
        PowerLaw fit = found.weightWatcher().orElseThrow();
        MarchenkoPastur bulk = found.bulk().orElseThrow();
        int n = found.layer().n();
        List<Executable> checks = new ArrayList<>();
        checks.add(() -> assertArrayEquals(
                golden.fit,
                new double[] {fit.alpha(), fit.xmin(), fit.distance(), fit.sigma(), spectrum.logAlphaNorm(fit.alpha())},
                1e-8));
        double[] whole = {
            spectrum.largest(),
            spectrum.smallest(),
            spectrum.norm(),
            spectrum.stableRank(),
            spectrum.entropy(n),
            found.erg().least()
        };
        for (int i = 0; i < whole.length; i++) {
            int at = i;
            checks.add(() -> assertEquals(golden.whole[at], whole[at], EXACT * golden.whole[at], "column " + at));
        }
        double[] noise = {bulk.sigma(), bulk.softRank(), bulk.bulkMax()};
        for (int i = 0; i < noise.length; i++) {
            int at = i;
            checks.add(() -> assertEquals(golden.bulk[at], noise[at], JAGGED * golden.bulk[at], "bulk " + at));
        }
        checks.add(() -> assertArrayEquals(
                golden.counts, new int[] {fit.tail(), found.erg().count(), bulk.spikes()}));
        assertAll(checks);
    }

    @Test
    void anAbsoluteFloorFailsOnSmallWeightsAndARelativeOneDoesNot() {
        LayerSpectrum found = Matrices.spectrum(Matrices.f(), 40, 20);
        assertTrue(found.weightWatcher().isEmpty());
        assertTrue(found.fit().isPresent());
        assertEquals(1.157628336e-06, found.spectrum().largest(), 1e-14);
        assertEquals(0.000215089666561, found.spectrum().smallest(), 1e-12);
        assertEquals(8.10678706379e-06, found.spectrum().norm(), 1e-14);
        assertEquals(7.0029272882, found.spectrum().stableRank(), 1e-8);
        assertEquals(0.909190283844, found.spectrum().entropy(40), 1e-8);
        assertEquals(8.00534007518, found.spectrum().logAlphaNorm(-1), 1e-8);
        assertEquals(new Erg(16, 1.34002475252e-07).count(), found.erg().count());
        assertEquals(1.34002475252e-07, found.erg().least(), 1e-15);
        assertEquals(19, found.spectrum().weakRankLoss());
    }

    @Test
    void theGeneratorIsTheOneOfTheReference() {
        Matrices.SplitMix random = new Matrices.SplitMix(42);
        assertEquals(0xbdd732262feb6e95L, random.next());
        assertEquals(0x28efe333b266f103L, random.next());
        assertEquals(0x47526757130f9f52L, random.next());
        assertArrayEquals(
                new double[] {0.41471975043153037, 0.6526812221519428, -0.89188621362775677, 1.3268335628141059},
                new Matrices.SplitMix(42).gauss(4, 1),
                1e-15);
    }

    @Test
    void theExtremeEigenvaluesOfDAreThere() {
        double[] values = Matrices.spectrum(Matrices.d(), 64, 64).spectrum().values();
        assertEquals(5.91487728981e-06, values[0], 1e-13);
        assertEquals(0.000814972282653, values[1], 1e-12);
    }
}
