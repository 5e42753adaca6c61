package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * The two halves of the gradient noise scale B = tr Σ/|G|² (McCandlish et al. 2018, arXiv 1812.06162), from the
 * gradients of all micro-batches of all ranks (mean squared norm s at b sequences) and of the whole batch (l at B):
 * |G|² = (B·l - b·s)/(B - b), tr Σ = (s - l)/(1/b - 1/B). Where the n micro-batches differ in size, b = B/n and s
 * weighs them by their sequences, which makes tr Σ = (B·s - B·l)/(n - 1), the mean square between groups of an analysis
 * of variance: both stay unbiased. A step whose batch is one micro-batch, or that was skipped, says nothing. 12 bytes
 * and 3 flops a parameter for each micro-batch, spent by the trainer.
 */
@Metric(name = "gradient_noise_square", tells = "this step's unbiased estimate of the true gradient's squared norm")
@Metric(name = "gradient_noise_trace", tells = "this step's unbiased estimate of the variance of a sequence's gradient")
public record GradientNoise(Schedule schedule) implements StepProbe {

    @Override
    public Set<String> asks() {
        return Set.of(Scalars.MICRO_GRADIENT_SQUARE);
    }

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        Scalars scalars = facts.scalars();
        double small = scalars.find(Scalars.MICRO_BATCH_SEQUENCES).orElse(Double.NaN);
        double big = scalars.find(Scalars.BATCH_SEQUENCES).orElse(Double.NaN);
        double smallSquare = scalars.find(Scalars.MICRO_GRADIENT_SQUARE).orElse(Double.NaN);
        double norm = scalars.find(Scalars.GRADIENT_NORM).orElse(Double.NaN);
        if (big > small && Double.isFinite(smallSquare) && Double.isFinite(norm)) {
            NoisePair pair = NoisePair.of(new NoisePair.At(small, smallSquare), new NoisePair.At(big, norm * norm));
            out.scalar("gradient_noise_square", pair.square());
            out.scalar("gradient_noise_trace", pair.trace());
        }
    }
}
