package observatory.analysis.scaling;

import java.util.List;
import java.util.Optional;

/**
 * A run that fits a budget: what to train for how long, what that takes, and with which batches.
 *
 * @param optimal the split of the same budget that reaches the lowest loss
 * @param converged what it would take to reach the same loss with a smaller model trained to 2 % above convergence
 */
public record Plan(
        LossLaw.Split run,
        double loss,
        LossLaw.Split optimal,
        Kaplan.Ratio converged,
        double steps,
        double deviceHours,
        double days,
        BatchRamp ramp,
        Optional<BatchCost> cost) {
    /** Nearly converged, as Kaplan et al. take it. */
    private static final double CONVERGED = 0.02;

    /** How far a batch is from the cheapest in time and in data: steps and tokens over the least possible. */
    public record BatchCost(double criticalTokens, double steps, double tokens) {
        static BatchCost of(double batchTokens, double critical) {
            return new BatchCost(critical, 1 + critical / batchTokens, 1 + batchTokens / critical);
        }
    }

    /** Batch of the whole run, and how it may grow. */
    public record Batches(int sequence, BatchRamp.Bounds bounds, Optional<Kaplan.Measured> noise) {}

    public static Plan of(LossLaw law, LossLaw.Split run, Hardware hardware, Batches batches) {
        BatchRamp ramp = batches.noise
                .map(noise -> BatchRamp.of(law, run, noise, batches.bounds, batches.sequence))
                .orElseGet(
                        () -> new BatchRamp(List.of(new BatchRamp.Stage(0, batches.bounds.last())), batches.sequence));
        double loss = law.loss(run);
        return new Plan(
                run,
                loss,
                law.optimal(run.flops()),
                Kaplan.efficientAgainst(CONVERGED),
                ramp.steps(run.tokens()),
                hardware.deviceHours(run.flops()),
                hardware.days(run.flops()),
                ramp,
                batches.noise.map(noise -> BatchCost.of(
                        (double) batches.bounds.last() * batches.sequence, Kaplan.criticalBatch(loss, noise))));
    }

    /** Tokens of data that is repeated, as much as they are worth new (Muennighoff et al. 2023, arXiv 2305.16264). */
    public static double worth(double unique, double tokens) {
        double repeats = Math.max(0, tokens / unique - 1);
        return Math.min(tokens, unique) + (repeats > 0 ? unique * REPEATS * -Math.expm1(-repeats / REPEATS) : 0);
    }

    /** Repetitions after which another is worth a factor e less. */
    private static final double REPEATS = 15;
}
