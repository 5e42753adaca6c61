package observatory.analysis.scaling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Loss over one quantity, L = E + K/x^γ: per source or language over model size, or within a run over tokens. Fitted
 * like a whole law, by Huber's loss of the logarithms.
 */
public record PowerCurve(double e, double k, double gamma, double residual) {
    private static final int FEWEST = 4;

    /** @throws IllegalArgumentException where fewer than four different x are given */
    public static PowerCurve fit(double[] x, double[] loss) {
        if (Arrays.stream(x).distinct().count() < FEWEST) {
            throw new IllegalArgumentException(Arrays.stream(x).distinct().count()
                    + " different sizes cannot determine an exponent; give " + FEWEST);
        }
        // A law of two terms whose second is switched off: tokens of one and the same number add a constant to E.
        List<Ladder.Run> runs = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            runs.add(new Ladder.Run(new LossLaw.Split(x[i], 1), loss[i], ""));
        }
        Bfgs.Objective whole = LawFit.objective(runs);
        Bfgs.Objective curve = (p, gradient) -> {
            double[] full = {p[0], -700, p[1], p[2], 1};
            double[] fullGradient = new double[full.length];
            double value = whole.at(full, fullGradient);
            gradient[0] = fullGradient[0];
            gradient[1] = fullGradient[2];
            gradient[2] = fullGradient[3];
            return value;
        };
        Bfgs.Minimum best = null;
        for (double k : new double[] {0, 5, 10, 20}) {
            for (double e : new double[] {-1, 0, 0.5, 1}) {
                for (double gamma : new double[] {0.1, 0.3, 0.5}) {
                    Bfgs.Minimum found = Bfgs.minimise(curve, new double[] {k, e, gamma}, 1e-12);
                    best = best == null || found.value() < best.value() ? found : best;
                }
            }
        }
        double[] p = best.point();
        PowerCurve fitted = new PowerCurve(Math.exp(p[1]), Math.exp(p[0]), p[2], 0);
        double[] misses = new double[x.length];
        Arrays.setAll(misses, i -> Math.abs(Math.log(loss[i] / fitted.at(x[i]))));
        Arrays.sort(misses);
        return new PowerCurve(fitted.e, fitted.k, fitted.gamma, 1.4826 * misses[misses.length / 2]);
    }

    public double at(double x) {
        return e + k * Math.pow(x, -gamma);
    }

    /** The x that has a loss; infinite where none has. */
    public double inverse(double loss) {
        return loss > e ? Math.pow(k / (loss - e), 1 / gamma) : Double.POSITIVE_INFINITY;
    }
}
