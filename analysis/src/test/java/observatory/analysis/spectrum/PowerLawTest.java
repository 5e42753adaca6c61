package observatory.analysis.spectrum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import observatory.analysis.log.RealLogs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerLawTest {
    /** Quantiles of a Pareto distribution, and what the reference finds in them, always with the whole as the tail. */
    @ParameterizedTest
    @CsvSource({
        "100, 3, 3.01709307075, 0.00673281842207, 0.201709307075",
        "1000, 2.5, 2.5012710616, 0.000672606043438, 0.04747435",
        "1000, 4, 4.0025421232, , "
    })
    void findsTheExponentOfParetoQuantiles(int n, double a, double alpha, Double distance, Double sigma) {
        double[] x = IntStream.range(0, n)
                .mapToDouble(i -> Math.pow(1 - (i + 0.5) / n, -1 / (a - 1)))
                .toArray();
        PowerLaw law = PowerLaw.fit(x, 0, PowerLaw.Upper.OPEN).orElseThrow();
        assertEquals(n, law.tail());
        assertEquals(alpha, law.alpha(), 1e-9);
        if (distance != null) {
            assertEquals(distance, law.distance(), 1e-12);
            assertEquals(sigma, law.sigma(), 1e-8);
        }
    }

    @Test
    void twoValuesAlwaysHaveTheSameDistance() {
        PowerLaw law = PowerLaw.fit(new double[] {1, 7}, 0, PowerLaw.Upper.OPEN).orElseThrow();
        assertEquals(0.5 - Math.exp(-2), law.distance(), 1e-12); // 0.3647
    }

    @Test
    void whatHasNoTailHasNoLaw() {
        assertTrue(PowerLaw.fit(new double[] {}, 0, PowerLaw.Upper.OPEN).isEmpty());
        assertTrue(PowerLaw.fit(new double[] {3}, 0, PowerLaw.Upper.OPEN).isEmpty());
        assertTrue(
                PowerLaw.fit(new double[] {2, 2, 2, 2}, 0, PowerLaw.Upper.OPEN).isEmpty());
        assertTrue(PowerLaw.fit(new double[] {1, 2, 3}, 2, PowerLaw.Upper.OPEN).isEmpty());
    }

    /** The search that gives up early finds what the search over everything finds. */
    @Test
    void agreesWithThePlainDoubleLoop() {
        double[] x = DoubleStream.generate(new Random(3)::nextGaussian)
                .limit(300)
                .map(g -> Math.exp(2 * g))
                .sorted()
                .toArray();
        double least = Double.POSITIVE_INFINITY;
        int best = -1;
        for (int i = 0; i < x.length - 1; i++) {
            double[] tail = Arrays.copyOfRange(x, i, x.length);
            double first = x[i];
            double alpha = 1
                    + tail.length
                            / Arrays.stream(tail).map(v -> Math.log(v / first)).sum();
            double greatest = 0;
            for (int j = 0; j < tail.length; j++) {
                greatest = Math.max(
                        greatest, Math.abs(1 - Math.pow(tail[j] / first, 1 - alpha) - j / (double) tail.length));
            }
            if (greatest < least) {
                least = greatest;
                best = i;
            }
        }
        PowerLaw law = PowerLaw.fit(x, 0, PowerLaw.Upper.OPEN).orElseThrow();
        assertEquals(x[best], law.xmin());
        assertEquals(least, law.distance(), 1e-12);
    }

    /** Clauset, Shalizi and Newman 2009, table 6.1, to the digits that stand there. */
    @ParameterizedTest
    @CsvSource({
        "words, 1.95, 7, 0.005, 0",
        "terrorism, 2.4, 12, 0.05, 0",
        "blackouts, 2.3, 230000, 0.05, 500",
        "flares, 1.79, 323, 0.005, 0.5",
        "cities, 2.37, 52460, 0.005, 5",
        "surnames, 2.5, 111920, 0.05, 5"
    })
    void agreesWithPublishedFits(String name, double alpha, double xmin, double alphaError, double xminError)
            throws IOException {
        Numbers numbers =
                Numbers.read(RealLogs.find("spectra/powerlaw/" + name + ".txt")).orElseThrow();
        boolean counts = name.equals("words") || name.equals("terrorism");
        PowerLaw law = counts
                ? DiscretePowerLaw.fit(Arrays.stream(numbers.ascending())
                                .mapToLong(value -> (long) value)
                                .toArray())
                        .orElseThrow()
                : PowerLaw.fit(numbers.ascending(), 0, PowerLaw.Upper.OPEN).orElseThrow();
        assertEquals(alpha, law.alpha(), alphaError);
        assertEquals(xmin, law.xmin(), xminError);
    }

    @Test
    void zetaHasItsClosedForms() {
        assertEquals(Math.PI * Math.PI / 6, Zeta.of(2, 1), 1e-13);
        assertEquals(Math.pow(Math.PI, 4) / 90 - 1, Zeta.of(4, 2), 1e-13);
        assertEquals(Math.PI * Math.PI / 2, Zeta.of(2, 0.5), 1e-13);
        assertEquals(2.612375348685488, Zeta.of(1.5, 1), 1e-12);
    }
}
