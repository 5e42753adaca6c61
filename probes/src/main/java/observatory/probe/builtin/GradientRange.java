package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Exponents;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * Whether any loss scale can keep a gradient in fp16. A scale moves the whole histogram, so the best one puts the
 * largest element just below 2^16; what then lies below 2^-25, 40 binades under the largest, is lost whatever the
 * scale, and what lies below 2^-14 keeps fewer digits. More than a tenth is a case for bf16. Reads 4 bytes and takes 3
 * integer operations for each element looked at, one in {@code stride}.
 */
@Metric(name = "exponent_span", unit = "bit", tells = "binades from the largest to the smallest non-zero magnitude")
@Metric(
        name = "fp16_lost_at_best_scale",
        tells = "share of non-zero elements that fp16 makes zero at the best loss scale")
@Metric(
        name = "fp16_subnormal_at_best_scale",
        tells = "share of non-zero elements subnormal in fp16 at the best loss scale")
public record GradientRange(Set<Hook> hooks, int stride, Schedule schedule) implements Probe<Exponents> {

    @Override
    public Reduction<Exponents> reduction() {
        return new Reduction.ToExponents(stride);
    }

    @Override
    public void read(Site site, Exponents exponents, SampleSink out) {
        double all = exponents.nonZero();
        int shift = all > 0 ? exponents.highest() - (Format.FP16.overflow() - 1) : 0;
        double lost = exponents.below(Format.FP16.vanish() + shift);
        out.sample(site, "exponent_span", all > 0 ? exponents.highest() - exponents.lowest() + 1 : Double.NaN);
        out.sample(site, "fp16_lost_at_best_scale", lost / all);
        out.sample(site, "fp16_subnormal_at_best_scale", (exponents.below(Format.FP16.normal() + shift) - lost) / all);
    }
}
