package observatory.ui.precision;

import java.util.StringJoiner;
import observatory.ui.chart.Numbers;
import observatory.ui.data.Histogram;

/**
 * What a format does to the elements of a tensor, as shares of those that are not zero. Boundaries are whole binades.
 */
record Fate(double overflow, double normal, double subnormal, double zero) {

    static Fate of(Histogram histogram, Format format) {
        int above = (int) Math.floor(format.top()) + 1;
        int kept = format.leastSubnormal() - 1; // half of the least subnormal number still rounds to it
        return new Fate(
                histogram.share(above, Integer.MAX_VALUE),
                histogram.share(format.leastNormal(), above),
                histogram.share(kept, format.leastNormal()),
                histogram.share(Integer.MIN_VALUE, kept));
    }

    /** @param lost what of the tensor is not finite, which no histogram counts; empty where all of it is */
    String sentence(Format format, String lost) {
        StringJoiner parts = new StringJoiner(" · ", format.label() + ": ", "");
        if (!lost.isEmpty()) {
            parts.add(lost);
        }
        parts.add((lost.isEmpty() ? "" : "of the rest ") + Numbers.percent(normal) + " normal");
        if (subnormal > 0) {
            parts.add(Numbers.percent(subnormal) + " subnormal");
        }
        if (zero > 0) {
            parts.add(Numbers.percent(zero) + " to zero");
        }
        if (overflow > 0) {
            parts.add(Numbers.percent(overflow) + " overflow");
        }
        return zero + overflow > 0 || !lost.isEmpty() ? parts.toString() : parts + " · nothing lost";
    }
}
