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
 * How large the activations are at each layer, in the tensor's own units: root mean square √(Σx²/n) and largest
 * magnitude max|x|, over the finite elements. A residual stream that doubles within a thousand steps, or a largest
 * magnitude that runs away from the rms, is what comes before overflow. Reads 4 bytes and takes 5 flops an element.
 */
@Metric(name = "rms", merge = Merge.RMS, tells = "root mean square of the finite elements")
@Metric(name = "abs_max", merge = Merge.MAX, tells = "largest magnitude of the finite elements")
public record ActivationScale(Set<Hook> hooks, Schedule schedule) implements Probe<Moments> {

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "rms", moments.rms());
        out.sample(site, "abs_max", moments.absMax());
    }
}
