package observatory.analysis.scaling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Loss of a model of N parameters on D tokens, stopped early: L = [(Nc/N)^(αN/αD) + Dc/D]^αD (Kaplan et al. 2020, arXiv
 * 2001.08361, eq. 1.5). It has no irreducible loss; N counts parameters without embeddings.
 */
public record KaplanLaw(double nc, double alphaN, double dc, double alphaD) {
    public static final KaplanLaw PUBLISHED = new KaplanLaw(6.4e13, 0.076, 1.8e13, 0.103);

    private static final double HUBER = 1e-3;
    private static final long SEED = 0x4B41;

    /** A law fitted to a ladder, and laws fitted to resampled ones. */
    public record Fit(KaplanLaw law, double objective, List<KaplanLaw> samples) {}

    public double loss(LossLaw.Split split) {
        return Math.pow(Math.pow(nc / split.parameters(), alphaN / alphaD) + dc / split.tokens(), alphaD);
    }

    /**
     * By Huber's loss of the logarithms, like {@link LawFit}.
     *
     * @param bootstrap how many resampled ladders to fit
     * @throws IllegalArgumentException where the ladder cannot determine a law, with the reason
     */
    public static Fit fit(Ladder ladder, int bootstrap) {
        ladder.weakness().ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        Bfgs.Objective objective = objective(ladder.runs());
        Bfgs.Minimum best = null;
        for (double nc : new double[] {25, 30, 35}) {
            for (double dc : new double[] {25, 30, 35}) {
                for (double alpha : new double[] {0.05, 0.1, 0.2}) {
                    Bfgs.Minimum found = Bfgs.minimise(objective, new double[] {nc, alpha, dc, alpha}, 1e-11);
                    best = best == null || found.value() < best.value() ? found : best;
                }
            }
        }
        best = Bfgs.minimise(objective, best.point(), 1e-14);
        SplittableRandom random = new SplittableRandom(SEED);
        List<KaplanLaw> samples = new ArrayList<>();
        for (int i = 0; i < bootstrap; i++) {
            List<Ladder.Run> drawn = random.ints(
                            ladder.runs().size(), 0, ladder.runs().size())
                    .mapToObj(ladder.runs()::get)
                    .toList();
            if (new Ladder(drawn).weakness().isEmpty()) {
                samples.add(
                        law(Bfgs.minimise(objective(drawn), best.point(), 1e-10).point()));
            }
        }
        return new Fit(law(best.point()), best.value(), samples);
    }

    private static KaplanLaw law(double[] p) {
        return new KaplanLaw(Math.exp(p[0]), p[1], Math.exp(p[2]), p[3]);
    }

    /** Over (ln Nc, αN, ln Dc, αD). */
    static Bfgs.Objective objective(List<Ladder.Run> runs) {
        return (p, gradient) -> {
            Arrays.fill(gradient, 0);
            double sum = 0;
            for (Ladder.Run run : runs) {
                double size = p[0] - Math.log(run.split().parameters());
                double ofSize = p[1] / p[3] * size;
                double ofData = p[2] - Math.log(run.split().tokens());
                double top = Math.max(ofSize, ofData);
                double both = top + Math.log(Math.exp(ofSize - top) + Math.exp(ofData - top));
                double share = Math.exp(ofSize - both);
                double miss = Math.log(run.loss()) - p[3] * both;
                boolean small = Math.abs(miss) <= HUBER;
                sum += small ? miss * miss / 2 : HUBER * (Math.abs(miss) - HUBER / 2);
                double pull = -(small ? miss : HUBER * Math.signum(miss));
                gradient[0] += pull * share * p[1];
                gradient[1] += pull * share * size;
                gradient[2] += pull * (1 - share) * p[3];
                gradient[3] += pull * (both - share * ofSize);
            }
            return sum;
        };
    }
}
