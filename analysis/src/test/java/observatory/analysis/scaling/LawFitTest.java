package observatory.analysis.scaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import observatory.analysis.scaling.LossLaw.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LawFitTest {
    private static final LossLaw TRUTH = LossLaw.HOFFMANN;
    private static final long SEED = 17;

    @TempDir
    Path folder;

    private static List<Ladder.Run> grid(double noise) {
        Random random = new Random(SEED);
        List<Ladder.Run> runs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 9; j++) {
                Split split = new Split(1e7 * Math.pow(6, i), 1e9 * Math.pow(2, j));
                runs.add(new Ladder.Run(split, TRUTH.loss(split) * Math.exp(noise * random.nextGaussian()), ""));
            }
        }
        return runs;
    }

    @Test
    void recoversALawWithoutNoise() {
        LawFit fit = LawFit.of(new Ladder(grid(0)), 0);
        assertEquals(TRUTH.e(), fit.law().e(), 1e-3);
        assertEquals(TRUTH.alpha(), fit.law().alpha(), 1e-3);
        assertEquals(TRUTH.beta(), fit.law().beta(), 1e-3);
        assertEquals(TRUTH.a(), fit.law().a(), 0.01 * TRUTH.a());
        assertEquals(TRUTH.b(), fit.law().b(), 0.01 * TRUTH.b());
        assertTrue(fit.objective() < 1e-10, "objective " + fit.objective());
    }

    @Test
    void theIntervalHoldsTheTruth() {
        LawFit fit = LawFit.of(new Ladder(grid(2e-3)), 100);
        Split target = new Split(13e9, 300e9);
        Interval loss = fit.interval(law -> law.loss(target));
        double truth = TRUTH.loss(target);
        double room = loss.high() - loss.low();
        assertTrue(loss.low() - room / 2 < truth && truth < loss.high() + room / 2, loss + " and " + truth);
        assertTrue(room > 0 && room < 0.2, "width " + room);
        assertEquals(2e-3, fit.residual(), 1e-3);
        assertTrue(fit.spread(target) > 0);
    }

    /** A few runs that failed do not move the law: that is what Huber's loss is for. */
    @Test
    void isNotMovedByOutliers() {
        List<Ladder.Run> runs = grid(0);
        Ladder.Run bad = runs.get(20);
        runs.set(20, new Ladder.Run(bad.split(), bad.loss() * 1.5, ""));
        LawFit fit = LawFit.of(new Ladder(runs), 0);
        assertEquals(TRUTH.loss(bad.split()), fit.law().loss(bad.split()), 0.01);
    }

    /** The gradient against central differences. */
    @Test
    void theGradientIsTheDerivative() {
        Bfgs.Objective objective = LawFit.objective(grid(0.01));
        double[] p = {5, 6, 0.4, 0.3, 0.35};
        double[] gradient = new double[5];
        objective.at(p, gradient);
        for (int i = 0; i < 5; i++) {
            double h = 1e-6;
            double[] up = p.clone();
            double[] down = p.clone();
            up[i] += h;
            down[i] -= h;
            double slope = (objective.at(up, new double[5]) - objective.at(down, new double[5])) / (2 * h);
            assertEquals(slope, gradient[i], 1e-5 * Math.abs(slope) + 1e-9);
        }
    }

    @Test
    void whatCannotBeDeterminedIsRefusedWithTheReason() {
        List<Ladder.Run> oneSize = grid(0).subList(0, 9);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LawFit.of(new Ladder(oneSize), 0))
                .getMessage()
                .contains("1 sizes cannot tell A and alpha from E"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LawFit.of(new Ladder(grid(0).subList(0, 3)), 0))
                .getMessage()
                .contains("at least 6"));
        List<Ladder.Run> twentyTokensAParameter = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Split split = new Split(1e7 * Math.pow(3, i), 2e8 * Math.pow(3, i));
            twentyTokensAParameter.add(new Ladder.Run(split, TRUTH.loss(split), ""));
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LawFit.of(new Ladder(twentyTokensAParameter), 0))
                .getMessage()
                .contains("cannot tell A/N^alpha from B/D^beta"));
    }

    @Test
    void kaplansFormIsRecoveredAndItsGradientIsTheDerivative() {
        List<Ladder.Run> runs = grid(0).stream()
                .map(run -> new Ladder.Run(run.split(), KaplanLaw.PUBLISHED.loss(run.split()), ""))
                .toList();
        KaplanLaw law = KaplanLaw.fit(new Ladder(runs), 0).law();
        assertEquals(0.076, law.alphaN(), 1e-4);
        assertEquals(0.103, law.alphaD(), 1e-4);
        assertEquals(Math.log(6.4e13), Math.log(law.nc()), 0.05);
        assertEquals(Math.log(1.8e13), Math.log(law.dc()), 0.05);
        Bfgs.Objective objective = KaplanLaw.objective(grid(0.01));
        double[] p = {31, 0.08, 30, 0.1};
        double[] gradient = new double[4];
        objective.at(p, gradient);
        for (int i = 0; i < 4; i++) {
            double[] up = p.clone();
            double[] down = p.clone();
            up[i] += 1e-6;
            down[i] -= 1e-6;
            double slope = (objective.at(up, new double[4]) - objective.at(down, new double[4])) / 2e-6;
            assertEquals(slope, gradient[i], 1e-4 * Math.abs(slope) + 1e-9);
        }
    }

    @Test
    void aCurvePerSourceRecoversItsExponent() {
        double[] x = DoubleStream.iterate(1e7, v -> v * 3).limit(8).toArray();
        double[] loss =
                DoubleStream.of(x).map(v -> 1.5 + 300 * Math.pow(v, -0.31)).toArray();
        PowerCurve curve = PowerCurve.fit(x, loss);
        assertEquals(0.31, curve.gamma(), 1e-3);
        assertEquals(1.5, curve.e(), 2e-3);
        assertEquals(x[4], curve.inverse(curve.at(x[4])), 1e-6 * x[4]);
        assertThrows(IllegalArgumentException.class, () -> PowerCurve.fit(new double[] {1, 1, 2, 3}, loss));
    }

    @Test
    void aTableIsReadAndItsErrorsAreNamed() throws Exception {
        Path csv = Files.writeString(
                folder.resolve("ladder.csv"),
                "Params,Tokens,Loss,Source\n1e8, 2e9, 3.2, en\n1e8,2e9,3.9,de\n\n2e8,4e9,2.9,en\n");
        Ladder ladder = Ladder.read(csv);
        assertEquals(3, ladder.runs().size());
        assertEquals(2, ladder.bySource().get("en").runs().size());
        Files.writeString(csv, "Params,Tokens,Loss\n1e8,2e9,x\n");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Ladder.read(csv))
                .getMessage()
                .endsWith("line 2: `x` is no number"));
        Files.writeString(csv, "Params,Loss\n1e8,2\n");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Ladder.read(csv))
                .getMessage()
                .contains("needs a column tokens"));
        Files.writeString(csv, "params,tokens,loss\n1e8,0,2\n");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Ladder.read(csv))
                .getMessage()
                .contains("above 0"));
    }
}
