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
 * How many parameters move as one: the share with |m̂|/√v̂ > 0.7, which is 0.23 % for gradients without correlation in
 * time at β1 = 0.9; above 5 % says that updates pile up in one direction, which precedes divergence (Molybog et al.
 * 2023, arXiv 2304.09871). The tensor is shared with {@link AdamDirection}; 4 bytes and 2 flops an element more.
 */
@Metric(name = "direction_tail", tells = "share of a parameter's elements with |m| over the root of v above 0.7")
public record UpdateCoherence(Schedule schedule) implements Probe<Tail> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.ADAM_DIRECTION);
    }

    @Override
    public Reduction<Tail> reduction() {
        return new Reduction.ToTail(0.7f);
    }

    @Override
    public void read(Site site, Tail tail, SampleSink out) {
        out.sample(site, "direction_tail", tail.share());
    }
}
