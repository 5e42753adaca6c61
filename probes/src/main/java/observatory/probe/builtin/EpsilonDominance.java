package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Tail;

/**
 * Where Adam's ε instead of the second moment decides the step: the share of elements with √v̂ at or below 1e-8, the
 * usual ε. Gradients shrink with size and learning rate until updates vanish (Wortsman et al. 2023, arXiv 2309.14322);
 * above a tenth is a case for a smaller ε. The tensor is made for the probe: 8 bytes and 2 flops an element, and 4 and
 * 2 more.
 */
@Metric(name = "epsilon_share", tells = "share of a parameter's elements whose root second moment is at most 1e-8")
public record EpsilonDominance(Schedule schedule) implements Probe<Tail> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.SECOND_MOMENT);
    }

    @Override
    public Reduction<Tail> reduction() {
        return new Reduction.ToTail(1e-8f);
    }

    @Override
    public void read(Site site, Tail tail, SampleSink out) {
        out.sample(site, "epsilon_share", 1 - tail.share());
    }
}
