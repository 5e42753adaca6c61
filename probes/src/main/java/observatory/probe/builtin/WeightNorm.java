package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.SpectralNorm;

/**
 * How a weight matrix grows: its largest singular value ‖W‖₂ by one step of warm power iteration, ‖W‖_F, and their
 * stable rank ‖W‖_F²/‖W‖₂² (the WeightWatcher convention). The estimate rises to the true value over the first times it
 * is due, with an error of (σ2/σ1)^2k after k of them. Reads 4 bytes and takes 6 flops an element.
 */
@Metric(name = "spectral_norm", tells = "largest singular value of a weight, as power iteration has it so far")
@Metric(name = "frobenius_norm", merge = Merge.NORM, tells = "root of the sum of squares of a weight")
@Metric(name = "stable_rank", tells = "squared Frobenius norm over squared spectral norm")
public record WeightNorm(Schedule schedule) implements Probe<SpectralNorm> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.WEIGHT);
    }

    @Override
    public Reduction<SpectralNorm> reduction() {
        return new Reduction.ToSpectralNorm(1);
    }

    @Override
    public void read(Site site, SpectralNorm norm, SampleSink out) {
        out.sample(site, "spectral_norm", norm.norm());
        out.sample(site, "frobenius_norm", norm.frobenius());
        out.sample(site, "stable_rank", norm.stableRank());
    }
}
