package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Moments;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * How far the gradient is ahead of Adam's second moment: RMS_t = √mean(g² / max(v̂, ε²)) of a parameter, as StableAdamW
 * has it (Wortsman et al. 2023, arXiv 2304.13013). Near 1 where the gradient is as usual; it jumps one to eight steps
 * before a loss spike. It cannot exceed 1/√(1 - β2), 4.47 at β2 = 0.95; {@link AdamRmsShare} divides by that. The tensor
 * is made for the probe: 16 bytes and 6 flops an element, and its moments 4 and 5.
 */
@Metric(name = "adam_rms", tells = "root mean square of the gradient over the root of Adam's second moment")
public record AdamRms(Schedule schedule) implements Probe<Moments> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.NORMALISED_GRADIENT);
    }

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "adam_rms", moments.rms());
    }
}
