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
 * How often the largest magnitude could double before it exceeds the largest finite number of a format:
 * log2(FMAX) - log2(max|x|), negative where it already does. Below 4 bits is a warning, below 1 an emergency; FMAX is
 * 65504 for fp16, 448 for E4M3, 57344 for E5M2. Exact, from the reduction that {@link ActivationScale} shares: costs
 * nothing beside it.
 */
@Metric(name = "fp16_headroom_bits", unit = "bit", merge = Merge.MIN, tells = "doublings left before fp16 overflows")
@Metric(name = "bf16_headroom_bits", unit = "bit", merge = Merge.MIN, tells = "doublings left before bf16 overflows")
@Metric(
        name = "e4m3_headroom_bits",
        unit = "bit",
        merge = Merge.MIN,
        tells = "doublings left before fp8 E4M3 saturates, unscaled")
@Metric(
        name = "e5m2_headroom_bits",
        unit = "bit",
        merge = Merge.MIN,
        tells = "doublings left before fp8 E5M2 overflows, unscaled")
public record FormatHeadroom(Set<Hook> hooks, Schedule schedule) implements Probe<Moments> {

    @Override
    public Reduction<Moments> reduction() {
        return new Reduction.ToMoments();
    }

    @Override
    public void read(Site site, Moments moments, SampleSink out) {
        double largest = moments.infinite() > 0 ? Double.POSITIVE_INFINITY : moments.absMax();
        out.sample(site, "fp16_headroom_bits", Format.FP16.headroomBits(largest));
        out.sample(site, "bf16_headroom_bits", Format.BF16.headroomBits(largest));
        out.sample(site, "e4m3_headroom_bits", Format.E4M3.headroomBits(largest));
        out.sample(site, "e5m2_headroom_bits", Format.E5M2.headroomBits(largest));
    }
}
