package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Range;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * The range of the gains of LayerNorm and RMSNorm. A gain that collapses to 0 switches a channel off; one that grows
 * ten times over its start carries outliers. Reads 4 bytes and takes 3 flops a gain: next to nothing.
 */
@Metric(name = "gain_min", merge = Merge.MIN, tells = "least gain of a norm")
@Metric(name = "gain_mean", tells = "mean gain of a norm")
@Metric(name = "gain_max", merge = Merge.MAX, tells = "greatest gain of a norm")
public record NormGain(Schedule schedule) implements Probe<Range> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.NORM_GAIN);
    }

    @Override
    public Reduction<Range> reduction() {
        return new Reduction.ToRange();
    }

    @Override
    public void read(Site site, Range range, SampleSink out) {
        out.sample(site, "gain_min", range.min());
        out.sample(site, "gain_mean", range.mean());
        out.sample(site, "gain_max", range.max());
    }
}
