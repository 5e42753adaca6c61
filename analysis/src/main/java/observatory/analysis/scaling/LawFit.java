package observatory.analysis.scaling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import observatory.analysis.scaling.Ladder.Run;

/**
 * A loss law fitted to a ladder: Huber's loss of the logarithms with threshold 1e-3, by BFGS from many starts (Hoffmann
 * et al. 2022, appendix D.3), and its uncertainty by the bootstrap over runs.
 *
 * @param objective Huber's loss at the law, summed over runs
 * @param residual standard deviation of ln(loss) around the law, robust
 * @param samples laws fitted to resampled ladders
 */
public record LawFit(LossLaw law, double objective, double residual, List<LossLaw> samples) {
    private static final double HUBER = 1e-3;
    private static final double TOLERANCE = 1e-13;
    private static final long SEED = 0x5CA1E;
    private static final double[] EXPONENTS = {0.25, 0.5};
    private static final double[] FLOORS = {-1, 0, 0.5};
    private static final double[] SIZES = {0, 5, 10, 20};
    private static final double[] DATA = {0, 5, 10, 25};

    /**
     * @param bootstrap how many resampled ladders to fit
     * @throws IllegalArgumentException where the ladder cannot determine a law, with the reason
     */
    public static LawFit of(Ladder ladder, int bootstrap) {
        ladder.weakness().ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        List<Run> runs = ladder.runs();
        Bfgs.Minimum best = null;
        for (double[] start : starts()) {
            Bfgs.Minimum found = Bfgs.minimise(objective(runs), start, 1e-9);
            if (best == null || found.value() < best.value()) {
                best = found;
            }
        }
        best = Bfgs.minimise(objective(runs), best.point(), TOLERANCE);
        LossLaw law = law(best.point());
        SplittableRandom random = new SplittableRandom(SEED);
        List<LossLaw> samples = new ArrayList<>();
        for (int i = 0; i < bootstrap; i++) {
            List<Run> drawn =
                    random.ints(runs.size(), 0, runs.size()).mapToObj(runs::get).toList();
            if (new Ladder(drawn).weakness().isEmpty()) {
                samples.add(
                        law(Bfgs.minimise(objective(drawn), best.point(), 1e-9).point()));
            }
        }
        return new LawFit(law, best.value(), residual(runs, law), samples);
    }

    /** The middle 95 % of something over the resampled laws. */
    public Interval interval(ToDoubleFunction<LossLaw> of) {
        return Interval.of(samples.stream().mapToDouble(of).toArray());
    }

    /** Standard deviation of ln(predicted loss) over the resampled laws. */
    public double spread(LossLaw.Split split) {
        double[] logs = samples.stream()
                .mapToDouble(sample -> Math.log(sample.loss(split)))
                .toArray();
        double mean = Arrays.stream(logs).average().orElse(0);
        return Math.sqrt(Arrays.stream(logs)
                .map(log -> (log - mean) * (log - mean))
                .average()
                .orElse(0));
    }

    private static List<double[]> starts() {
        List<double[]> starts = new ArrayList<>();
        for (double alpha : EXPONENTS) {
            for (double beta : EXPONENTS) {
                for (double e : FLOORS) {
                    for (double a : SIZES) {
                        for (double b : DATA) {
                            starts.add(new double[] {a, b, e, alpha, beta});
                        }
                    }
                }
            }
        }
        return starts;
    }

    /** Over (ln A, ln B, ln E, α, β). */
    static Bfgs.Objective objective(List<Run> runs) {
        int n = runs.size();
        double[] sizes = new double[n];
        double[] tokens = new double[n];
        double[] losses = new double[n];
        Arrays.setAll(sizes, i -> Math.log(runs.get(i).split().parameters()));
        Arrays.setAll(tokens, i -> Math.log(runs.get(i).split().tokens()));
        Arrays.setAll(losses, i -> Math.log(runs.get(i).loss()));
        return (p, gradient) -> {
            Arrays.fill(gradient, 0);
            double sum = 0;
            for (int i = 0; i < n; i++) {
                double ofSize = p[0] - p[3] * sizes[i];
                double ofData = p[1] - p[4] * tokens[i];
                double top = Math.max(p[2], Math.max(ofSize, ofData));
                double size = Math.exp(ofSize - top);
                double data = Math.exp(ofData - top);
                double floor = Math.exp(p[2] - top);
                double all = size + data + floor;
                double miss = losses[i] - top - Math.log(all);
                boolean small = Math.abs(miss) <= HUBER;
                sum += small ? miss * miss / 2 : HUBER * (Math.abs(miss) - HUBER / 2);
                double pull = -(small ? miss : HUBER * Math.signum(miss)) / all;
                gradient[0] += pull * size;
                gradient[1] += pull * data;
                gradient[2] += pull * floor;
                gradient[3] -= pull * size * sizes[i];
                gradient[4] -= pull * data * tokens[i];
            }
            return sum;
        };
    }

    private static LossLaw law(double[] p) {
        double tiny = Double.MIN_NORMAL;
        return new LossLaw(Math.exp(p[2]), Math.exp(p[0]), Math.exp(p[1]), Math.max(tiny, p[3]), Math.max(tiny, p[4]));
    }

    private static double residual(List<Run> runs, LossLaw law) {
        double[] misses = runs.stream()
                .mapToDouble(run -> Math.abs(Math.log(run.loss() / law.loss(run.split()))))
                .sorted()
                .toArray();
        return 1.4826 * misses[misses.length / 2];
    }
}
