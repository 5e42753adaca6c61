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
 * The size of Adam's step before the learning rate, r = m̂/√v̂: for gradients without correlation in time r has
 * standard deviation √((1 - β1)/(1 + β1)), 0.229 at β1 = 0.9; towards 1 all steps point one way (Molybog et al. 2023,
 * arXiv 2304.09871). The tensor is made for the probe: 16 bytes and 6 flops an element, and its moments 4 and 5.
 */
@Metric(name = "direction_rms", tells = "root mean square of Adam's m over the root of v")
public record AdamDirection(Schedule schedule) implements Probe<Moments> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.ADAM_DIRECTION);
    }

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "direction_rms", moments.rms());
    }
}
