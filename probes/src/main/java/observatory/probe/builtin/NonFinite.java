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
 * How many elements are NaN and how many are infinite, so that the first bad site of a step can be named: the order of
 * sites is that of the step. Shares its one read with whatever else asks for moments: 4 bytes and 5 flops an element.
 */
@Metric(name = "nan", unit = "{element}", merge = Merge.COUNT, tells = "elements that are NaN")
@Metric(name = "inf", unit = "{element}", merge = Merge.COUNT, tells = "elements that are infinite")
public record NonFinite(Set<Hook> hooks, Schedule schedule) implements Probe<Moments> {

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        out.sample(site, "nan", moments.nan());
        out.sample(site, "inf", moments.infinite());
    }
}
