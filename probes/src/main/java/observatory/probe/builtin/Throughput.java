package observatory.probe.builtin;

import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * Tokens a second of the step's wall time, and model FLOPs utilisation: operations of the model's matrix products a
 * second over the measured rate of large matrix products on this machine (Chowdhery et al. 2022, arXiv 2204.02311, with
 * a measured instead of a data-sheet peak). Costs nothing.
 */
@Metric(name = "tokens_per_second", unit = "{token}/s", merge = Merge.SUM, tells = "tokens trained on a second")
@Metric(
        name = "model_flops_utilisation",
        tells = "operations of the model's matrix products a second over the peak rate")
public record Throughput(Schedule schedule) implements StepProbe {

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        Scalars scalars = facts.scalars();
        double seconds = scalars.find(Scalars.STEP_SECONDS).orElse(0);
        if (!(seconds > 0)) {
            return;
        }
        scalars.find(Scalars.TOKENS).ifPresent(tokens -> out.scalar(Scalars.TOKENS_PER_SECOND, tokens / seconds));
        var flops = scalars.find(Scalars.MODEL_FLOPS);
        var peak = scalars.find(Scalars.PEAK_FLOPS);
        if (flops.isPresent() && peak.isPresent()) {
            out.scalar(Scalars.MODEL_FLOPS_UTILISATION, flops.getAsDouble() / seconds / peak.getAsDouble());
        }
    }
}
