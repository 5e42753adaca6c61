package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Squares;

/**
 * How far the gradient is ahead of Adam's second moment: RMS_t = √mean(g² / max(v̂, ε²)) of a parameter, as StableAdamW
 * has it (Wortsman et al. 2023, arXiv 2304.13013). Near 1 where the gradient is as usual; it jumps one to eight steps
 * before a loss spike. It cannot exceed 1/√(1 - β2), 4.47 at β2 = 0.95; {@link AdamRmsShare} divides by that. Taken
 * as the update is made: 8 bytes and 7 flops an element more than it takes itself, of which nothing is written.
 */
@Metric(name = "adam_rms", tells = "root mean square of the gradient over the root of Adam's second moment")
public record AdamRms(Schedule schedule) implements Probe<Squares> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.NORMALISED_GRADIENT);
    }

    @Override
    public Reduction<Squares> reduction() {
        return new Reduction.ToSquares();
    }

    @Override
    public void read(Site site, Squares squares, SampleSink out) {
        out.sample(site, "adam_rms", squares.rms());
    }
}
