package observatory.ui.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.ui.chart.Numbers;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;

/**
 * Where two runs part: the first step whose loss differs by more than a part in ten thousand, and the first site, in
 * the order in which a step passes them, whose rms does so at the first step at which any does. It is sought on from
 * where it was not found before, because the runs may grow.
 */
final class Divergence {
    private static final double TOLERANCE = 1e-4;

    private final Recording one;
    private final Recording other;
    private final Meeting losses = new Meeting();
    private final Meeting sites = new Meeting();
    private boolean together;
    private OptionalLong lossStep = OptionalLong.empty();
    private OptionalLong siteStep = OptionalLong.empty();
    private Optional<Site> site = Optional.empty();

    /** A site that both runs have. */
    private record Shared(Site site, Series one, Series other) {}

    Divergence(Recording one, Recording other) {
        this.one = one;
        this.other = other;
    }

    boolean of(Recording first, Recording second) {
        return one == first && other == second;
    }

    /** Takes in what has come to the runs since. */
    Divergence seek() {
        Optional<Series> a = one.scalar(Scalars.LOSS);
        Optional<Series> b = other.scalar(Scalars.LOSS);
        if (a.isPresent() && b.isPresent()) {
            seekLoss(a.get(), b.get());
        }
        Optional<MetricData> left = one.metric("rms");
        Optional<MetricData> right = other.metric("rms");
        if (left.isPresent() && right.isPresent()) {
            seekSite(left.get(), right.get());
        }
        return this;
    }

    OptionalLong lossStep() {
        return lossStep;
    }

    String sentence() {
        if (lossStep.isEmpty() && site.isEmpty()) {
            return together
                    ? "The losses of runs 1 and 2 agree to a part in ten thousand at every step that both have."
                    : "Runs 1 and 2 have no step in common of which both have a loss.";
        }
        String loss = lossStep.isPresent()
                ? "The losses of runs 1 and 2 part at step " + Numbers.whole(lossStep.getAsLong()) + "."
                : "";
        String where = site.map(first -> "  The first site to differ is " + first.label() + ", at step "
                        + Numbers.whole(siteStep.orElseThrow()) + ".")
                .orElse("");
        return (loss + where).strip();
    }

    private void seekLoss(Series a, Series b) {
        if (losses.begunAgain(other.frames())) {
            together = false;
            lossStep = OptionalLong.empty();
        }
        if (lossStep.isEmpty()) {
            lossStep = losses.first(one.frames(), other.frames(), (row, at) -> {
                together |= present(a.at(row), b.at(at));
                return differ(a.at(row), b.at(at));
            });
        }
    }

    private void seekSite(MetricData a, MetricData b) {
        if (sites.begunAgain(b.index())) {
            siteStep = OptionalLong.empty();
            site = Optional.empty();
        }
        if (site.isPresent()) {
            return;
        }
        List<Shared> shared = new ArrayList<>();
        for (Site place : a.sites()) {
            if (b.at(place) != null) {
                shared.add(new Shared(place, a.at(place), b.at(place)));
            }
        }
        siteStep = sites.first(a.index(), b.index(), (row, at) -> {
            for (Shared place : shared) {
                if (differ(place.one.at(row), place.other.at(at))) {
                    site = Optional.of(place.site);
                    return true;
                }
            }
            return false;
        });
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
