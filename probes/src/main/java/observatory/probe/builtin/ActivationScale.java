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

/** How large the activations are at each layer: root mean square and largest magnitude, in the tensor's own units. */
@Metric(name = "rms", tells = "root mean square of the finite elements")
@Metric(name = "abs_max", tells = "largest magnitude of the finite elements")
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
