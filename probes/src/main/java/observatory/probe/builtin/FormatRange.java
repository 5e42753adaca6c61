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
 * How much of a tensor each format would lose, from one exponent histogram: shares of the non-zero elements that would
 * overflow, become subnormal (fewer digits), or become zero. For Gaussian data of standard deviation σ the subnormal
 * share of fp16 is erf(2^-14 / (σ√2)) and the zeroed one erf(2^-25 / (σ√2)). Boundaries are whole binades: what lies
 * between the largest finite number and the next power of two counts as fitting, which {@link FormatHeadroom} tells
 * exactly. The span is from the largest binade to the smallest; fp16 has 40. Reads 4 bytes and takes 3 integer
 * operations for each element looked at, one in {@code stride}.
 */
@Metric(name = "fp16_overflow", tells = "share of non-zero elements of magnitude 2^16 or more")
@Metric(name = "fp16_subnormal", tells = "share of non-zero elements below 2^-14 that fp16 keeps with fewer digits")
@Metric(name = "fp16_flushed", tells = "share of non-zero elements below 2^-25, which fp16 makes zero")
@Metric(name = "bf16_flushed", tells = "share of non-zero elements that bf16 makes zero")
@Metric(name = "e4m3_overflow", tells = "share of non-zero elements of magnitude 2^9 or more")
@Metric(name = "e4m3_flushed", tells = "share of non-zero elements below 2^-10")
@Metric(name = "e5m2_overflow", tells = "share of non-zero elements of magnitude 2^16 or more")
@Metric(name = "e5m2_flushed", tells = "share of non-zero elements below 2^-17")
@Metric(name = "exponent_span", unit = "bit", tells = "binades from the largest to the smallest non-zero magnitude")
public record FormatRange(Set<Hook> hooks, int stride, Schedule schedule) implements Probe<Exponents> {

    @Override
    public Reduction<Exponents> reduction() {
        return new Reduction.ToExponents(stride);
    }

    @Override
    public void read(Site site, Exponents exponents, SampleSink out) {
        double all = exponents.nonZero();
        double flushed = exponents.below(Format.FP16.vanish());
        out.sample(site, "fp16_overflow", overflow(exponents, Format.FP16) / all);
        out.sample(site, "fp16_subnormal", (exponents.below(Format.FP16.normal()) - flushed) / all);
        out.sample(site, "fp16_flushed", flushed / all);
        out.sample(site, "bf16_flushed", exponents.below(Format.BF16.vanish()) / all);
        out.sample(site, "e4m3_overflow", overflow(exponents, Format.E4M3) / all);
        out.sample(site, "e4m3_flushed", exponents.below(Format.E4M3.vanish()) / all);
        out.sample(site, "e5m2_overflow", overflow(exponents, Format.E5M2) / all);
        out.sample(site, "e5m2_flushed", exponents.below(Format.E5M2.vanish()) / all);
        out.sample(site, "exponent_span", all > 0 ? exponents.highest() - exponents.lowest() + 1 : Double.NaN);
    }

    private static double overflow(Exponents exponents, Format format) {
        return exponents.from(format.overflow());
    }
}
