package observatory.ui.compare;

import java.util.Comparator;
import java.util.Optional;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.ui.chart.Numbers;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;

/**
 * Where two runs part: the first step whose loss differs by more than a part in ten thousand, and the first site, in
 * the order of the forward pass, whose rms does so at the first step at which any does.
 *
 * @param together whether there is a step of which both have a loss
 */
record Divergence(boolean together, Optional<Long> lossStep, Optional<Long> siteStep, Optional<Site> site) {
    private static final double TOLERANCE = 1e-4;

    static Divergence of(Recording one, Recording other) {
        Optional<Series> a = one.scalar(Scalars.LOSS);
        Optional<Series> b = other.scalar(Scalars.LOSS);
        boolean both = a.isPresent() && b.isPresent();
        boolean together =
                both && first(one, a.get(), other, b.get(), Divergence::present).isPresent();
        Optional<Long> lossStep = both ? first(one, a.get(), other, b.get(), Divergence::differ) : Optional.empty();
        Optional<MetricData> left = one.metric("rms");
        Optional<MetricData> right = other.metric("rms");
        if (left.isEmpty() || right.isEmpty()) {
            return new Divergence(together, lossStep, Optional.empty(), Optional.empty());
        }
        return site(together, lossStep, left.get(), right.get());
    }

    String sentence() {
        if (lossStep.isEmpty() && site.isEmpty()) {
            return together
                    ? "The losses of the two runs agree to a part in ten thousand at every step that both have."
                    : "The two runs have no step in common of which both have a loss.";
        }
        String loss = lossStep.map(step -> "The losses part at step " + Numbers.whole(step) + ".")
                .orElse("");
        String where = site.map(one -> "  The first site to differ is " + one.label() + ", at step "
                        + Numbers.whole(siteStep.orElseThrow()) + ".")
                .orElse("");
        return (loss + where).strip();
    }

    private static Optional<Long> first(Recording one, Series a, Recording other, Series b, Pair sought) {
        for (int row = 0; row < Math.min(one.frames().size(), a.size()); row++) {
            long step = one.frames().step(row);
            int at = other.frames().rowAtOrBefore(step);
            if (at >= 0 && at < b.size() && other.frames().step(at) == step && sought.holds(a.at(row), b.at(at))) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }

    private static Divergence site(boolean together, Optional<Long> lossStep, MetricData a, MetricData b) {
        for (int row = 0; row < a.index().size(); row++) {
            long step = a.index().step(row);
            int here = row;
            int at = b.index().rowAtOrBefore(step);
            if (at < 0 || b.index().step(at) != step) {
                continue;
            }
            Optional<Site> site = a.sites().stream()
                    .filter(one -> b.at(one) != null && at < b.at(one).size())
                    .filter(one -> differ(a.at(one).at(here), b.at(one).at(at)))
                    .min(Comparator.comparing(Site::layer).thenComparing(Site::hook));
            if (site.isPresent()) {
                return new Divergence(together, lossStep, Optional.of(step), site);
            }
        }
        return new Divergence(together, lossStep, Optional.empty(), Optional.empty());
    }

    /** Something that holds of the values of two runs at one step. */
    private interface Pair {
        boolean holds(float a, float b);
    }

    private static boolean present(float a, float b) {
        return !Series.isAbsent(a) && !Series.isAbsent(b);
    }

    private static boolean differ(float a, float b) {
        if (!present(a, b)) {
            return false;
        }
        if (!Float.isFinite(a) || !Float.isFinite(b)) {
            return Float.compare(a, b) != 0;
        }
        return Math.abs(a - b) > TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
    }
}
