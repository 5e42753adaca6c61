package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.Spectrum;

/**
 * All eigenvalues of WᵀW of each weight matrix, descending: what power laws are fitted to (alpha, xmin, D as
 * WeightWatcher has them, Martin and Mahoney 2021, arXiv 2002.06716). They stand under one metric at one site, many
 * values, in a later frame, with the step they were measured at. The training thread copies the matrix, 8 bytes an
 * element; the rest, N·M² and 4/3·M³ flops for the lesser side M, is done beside it.
 */
@Metric(name = "eigenvalue", tells = "squared singular values of a weight, descending; as many as its lesser dimension")
public record WeightSpectrum(Schedule schedule) implements Probe<Spectrum> {

    @Override
    public Set<Hook> hooks() {
        return Set.of(Hook.WEIGHT);
    }

    @Override
    public Reduction<Spectrum> reduction() {
        return new Reduction.ToSpectrum();
    }

    @Override
    public void read(Site site, Spectrum spectrum, SampleSink out) {
        for (double eigenvalue : spectrum.eigenvalues()) {
            out.sample(site, "eigenvalue", eigenvalue);
        }
    }
}
