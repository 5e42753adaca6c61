package observatory.stream.relay;

import java.util.Arrays;
import java.util.List;
import observatory.probe.Site;
import observatory.probe.builtin.ExponentHistogram;

/**
 * Adds histograms whose bins hang from a highest one, each rank's from its own, told by the metric with {@value #TOP}
 * behind the name. What has {@value ExponentHistogram#MOST} bins counts in its last all that is below. Exact: the bins
 * of the sum reach from the highest top down as far as any rank's, {@value ExponentHistogram#MOST} at most, and so
 * never below the last bin of a rank that gathers.
 */
final class HangingBins {
    static final String TOP = "_top";

    private HangingBins() {}

    /** Whether every part has counts and one top at a site. */
    static boolean whole(Site site, String counts, List<Readings> parts) {
        return parts.stream()
                .allMatch(part -> part.get(site, counts).length > 0 && part.get(site, counts + TOP).length == 1);
    }

    /** The counts of all parts from the highest top downwards; one that is 0 where no part has a top. */
    static double[] sum(Site site, String counts, List<Readings> parts) {
        List<Readings> counted = parts.stream()
                .filter(part -> Double.isFinite(top(part, site, counts)))
                .toList();
        if (counted.isEmpty()) {
            return new double[1];
        }
        double top = counted.stream()
                .mapToDouble(part -> top(part, site, counts))
                .max()
                .orElseThrow();
        double[] all = new double[ExponentHistogram.MOST];
        int used = 0;
        for (Readings part : counted) {
            double[] own = part.get(site, counts);
            double below = top - top(part, site, counts);
            for (int i = 0; i < own.length; i++) {
                int at = (int) Math.min(below + i, all.length - 1);
                all[at] += own[i];
                used = Math.max(used, at + 1);
            }
        }
        return Arrays.copyOf(all, used);
    }

    private static double top(Readings part, Site site, String counts) {
        return part.get(site, counts + TOP)[0];
    }
}
