package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.ColumnSums;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * Squared gradient norms of single sequences, of the gains of norms alone, whose noise scale follows that of the whole
 * model (Gray et al. 2024, arXiv 2411.00999) and which cost next to nothing. A row of the tensor is what one sequence
 * adds to the batch's mean gradient, so its own gradient is the row times the number of rows. {@link NormLayerNoise}
 * makes the noise scale of it. Reads 4 bytes and takes 5 flops for each sequence and gain.
 */
@Metric(name = "example_gradient_square", tells = "mean over sequences of the squared norm of a sequence's gradient")
@Metric(name = "batch_gradient_square", tells = "squared norm of the mean gradient of these sequences")
@Metric(name = "examples", unit = "{sequence}", tells = "sequences whose gradients were seen one by one")
public record ExampleGradients(Schedule schedule) implements Probe<ColumnSums> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.NORM_EXAMPLE_GRADIENT);
    }

    @Override
    public Reduction<ColumnSums> reduction() {
        return new Reduction.ToColumns();
    }

    @Override
    public void read(Site site, ColumnSums parts, SampleSink out) {
        double own = 0;
        double together = 0;
        for (int j = 0; j < parts.columns(); j++) {
            own += parts.sumOfSquares()[j];
            together += parts.sum()[j] * parts.sum()[j];
        }
        out.sample(site, "example_gradient_square", own * parts.rows());
        out.sample(site, "batch_gradient_square", together);
        out.sample(site, "examples", parts.rows());
    }
}
