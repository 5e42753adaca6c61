package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Moments;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * The logarithm of the softmax's normaliser over the vocabulary, ln Z = ln Σ e^logit: its mean over tokens and largest
 * magnitude. Training without z-loss may let it drift; a mean more than 10 from where it began is worth a look (PaLM's
 * z-loss, arXiv 2204.02311, holds it at 0). Free: cross-entropy has it; 4 bytes and 5 flops a token.
 */
@Metric(name = "log_z_mean", unit = "nat", tells = "mean over tokens of ln Σ e^logit")
@Metric(name = "log_z_max", unit = "nat", merge = Merge.MAX, tells = "largest magnitude over tokens of ln Σ e^logit")
public record LogZ(Schedule schedule) implements Probe<Moments> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.LOG_Z);
    }

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "log_z_mean", moments.finite() == 0 ? Double.NaN : moments.sum() / moments.finite());
        out.sample(site, "log_z_max", moments.absMax());
    }
}
