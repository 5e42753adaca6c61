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
 * The Euclidean norm √(Σg²) of each parameter's gradient, unscaled and before clipping: which parameter drives a spike.
 * Not finite as soon as one element is not. Reads 4 bytes and takes 5 flops a parameter.
 */
@Metric(name = "norm", merge = Merge.NORM, tells = "Euclidean norm of the parameter's gradient")
public record GradientNorm(Schedule schedule) implements Probe<Moments> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.GRADIENT);
    }

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "norm", moments.norm());
    }
}
