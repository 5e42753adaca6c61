package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Norms;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * How far a step moves each parameter: ‖Δw‖/‖w‖, with the whole update, decay included. 1e-4 to 1e-2 is usual and 1e-3
 * healthy, a rule of thumb of practitioners. Taken as the update is made: no
 * more bytes, and 5 flops a parameter.
 */
@Metric(name = "update_ratio", tells = "norm of the parameter's update over norm of the parameter")
public record UpdateRatio(Schedule schedule) implements Probe<Norms> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.UPDATE);
    }

    @Override
    public Reduction<Norms> reduction() {
        return new Reduction.ToNorms();
    }

    @Override
    public void read(Site site, Norms norms, SampleSink out) {
        out.sample(site, "update_ratio", norms.ratio());
    }
}
