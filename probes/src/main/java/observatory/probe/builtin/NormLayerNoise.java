package observatory.probe.builtin;

import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * The two halves of the gradient noise scale of the norms' gains, from the gradients of single sequences that {@link
 * ExampleGradients} reports: b = 1, so even one micro-batch on one rank gives it. Its ratio follows the whole model's
 * with a nearly constant factor (Gray et al. 2024, arXiv 2411.00999, about 1.4). Costs nothing of its own.
 */
@Metric(name = "norm_noise_square", tells = "this step's unbiased estimate of |G|² of the gains of norms")
@Metric(name = "norm_noise_trace", tells = "this step's unbiased estimate of tr Σ of the gains of norms")
public record NormLayerNoise(Schedule schedule) implements StepProbe {

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        var own = sites.column("example_gradient_square");
        var together = sites.column("batch_gradient_square");
        var examples = sites.column("examples");
        if (own.isEmpty() || together.isEmpty() || examples.isEmpty()) {
            return;
        }
        double square = 0;
        double trace = 0;
        boolean seen = false;
        for (int i = 0; i < own.get().size(); i++) {
            double sequences = examples.get().values()[i];
            if (sequences > 1) {
                NoisePair pair = NoisePair.of(
                        new NoisePair.At(1, own.get().values()[i]),
                        new NoisePair.At(sequences, together.get().values()[i]));
                square += pair.square();
                trace += pair.trace();
                seen = true;
            }
        }
        if (seen) {
            out.scalar("norm_noise_square", square);
            out.scalar("norm_noise_trace", trace);
        }
    }
}
