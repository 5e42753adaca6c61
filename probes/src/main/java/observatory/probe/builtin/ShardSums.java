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
 * What means and norms are made of: how many elements there are, Σx and Σx² of the finite ones. Ranks that hold shards,
 * or their own part of a batch, send these, so that their values merge exactly. Costs nothing beside
 * {@link ActivationScale}, which needs the same reduction.
 */
@Metric(
        name = "elements",
        unit = "{element}",
        merge = Merge.COUNT,
        tells = "elements, those that are not finite included")
@Metric(name = "sum", merge = Merge.SUM, tells = "sum of the finite elements")
@Metric(name = "sum_squares", merge = Merge.SUM, tells = "sum of squares of the finite elements")
public record ShardSums(Set<Hook> hooks, Schedule schedule) implements Probe<Moments> {

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "elements", moments.count());
        out.sample(site, "sum", moments.sum());
        out.sample(site, "sum_squares", moments.sumOfSquares());
    }
}
