package observatory.analysis.spectrum;

/** Hurwitz's zeta function Σ 1/(k+q)^s over k ≥ 0, by the Euler–Maclaurin formula (DLMF 25.11.5), to about 1e-14. */
final class Zeta {
    /** Terms summed one by one before the formula takes over. */
    private static final int TERMS = 12;
    /** B₂ₖ/(2k)! for k = 1 to 6. */
    private static final double[] BERNOULLI = {
        1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000.0
    };

    private Zeta() {}

    /** @param s above 1 */
    static double of(double s, double q) {
        double sum = 0;
        for (int k = 0; k < TERMS; k++) {
            sum += Math.pow(q + k, -s);
        }
        double a = q + TERMS;
        sum += Math.pow(a, 1 - s) / (s - 1) + Math.pow(a, -s) / 2;
        double factor = s * Math.pow(a, -s - 1);
        for (int k = 0; k < BERNOULLI.length; k++) {
            sum += BERNOULLI[k] * factor;
            factor *= (s + 2 * k + 1) * (s + 2 * k + 2) / (a * a);
        }
        return sum;
    }
}
