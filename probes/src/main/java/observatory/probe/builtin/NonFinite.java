package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Broken;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * How many elements are NaN and how many are infinite, so that the first bad site of a step can be named: the order of
 * sites is that of the step. 4 bytes and 2 integer operations an element; nothing where moments are due as well.
 */
@Metric(name = "nan", unit = "{element}", merge = Merge.COUNT, tells = "elements that are NaN")
@Metric(name = "inf", unit = "{element}", merge = Merge.COUNT, tells = "elements that are infinite")
public record NonFinite(Set<Hook> hooks, Schedule schedule) implements Probe<Broken> {

    @Override
    public Reduction<Broken> reduction() {
        return new Reduction.ToBroken();
    }

    @Override
    public void read(Site site, Broken broken, SampleSink out) {
        out.sample(site, "nan", broken.nan());
        out.sample(site, "inf", broken.infinite());
    }
}
