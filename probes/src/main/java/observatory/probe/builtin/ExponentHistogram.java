package observatory.probe.builtin;

import java.util.Set;
import observatory.probe.Exponents;
import observatory.probe.Hook;
import observatory.probe.Merge;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.SampleSink;
import observatory.probe.Schedule;
import observatory.probe.Site;

/**
 * How many elements of a tensor lie in each binade, so that one sees what any format would do to it. The counts stand
 * under one metric at one site, many values, from the highest occupied binade downwards; the last of {@value #MOST}
 * takes everything below, which is as much as fp16 spans and bounds what is sent. Shares its read with
 * {@link FormatRange}.
 */
@Metric(
        name = "histogram_exponent_top",
        unit = "bit",
        tells = "exponent of two of the highest binade with an element",
        merge = Merge.MAX)
@Metric(
        name = "histogram_exponent",
        tells = "non-zero elements looked at in each binade, from the highest down; many values at one site",
        merge = Merge.HISTOGRAM)
public record ExponentHistogram(Set<Hook> hooks, int stride, Schedule schedule) implements Probe<Exponents> {
    /** Binades of a histogram at most. */
    public static final int MOST = 40;

    @Override
    public Reduction<Exponents> reduction() {
        return new Reduction.ToExponents(stride);
    }

    @Override
    public void read(Site site, Exponents exponents, SampleSink out) {
        if (exponents.nonZero() == 0) {
            out.sample(site, "histogram_exponent_top", Double.NaN);
            out.sample(site, "histogram_exponent", 0);
            return;
        }
        int top = exponents.highest();
        int bottom = Math.max(exponents.lowest(), top - MOST + 1);
        out.sample(site, "histogram_exponent_top", top);
        for (int exponent = top; exponent > bottom; exponent--) {
            out.sample(site, "histogram_exponent", exponents.from(exponent) - exponents.from(exponent + 1));
        }
        out.sample(site, "histogram_exponent", exponents.below(bottom + 1));
    }
}
