package observatory.analysis.detector;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Site;

/**
 * One metric at many sites, in constant memory per site: a level over some ten steps, one over some hundreds, and the
 * noise of single values. For a value that grows at a constant rate the difference of the two levels is the rate times
 * the difference of their spans. A value is compared with the levels before it enters them; what is
 * not finite never does.
 *
 * @param fast level over {@link #FAST} steps, by site
 * @param slow level over {@link #SLOW} steps
 * @param noise mean distance of a value from the fast level before it
 * @param seen values so far
 */
record SiteTrend(List<Site> sites, double[] fast, double[] slow, double[] noise, int[] seen, long lastStep) {
    static final double FAST = 10;
    static final double SLOW = 300;
    /** Sites beyond this are not followed; the wire has none. */
    private static final int MOST = 4096;
    /** A single wild value counts for at most this many times the noise so far, so that it does not hide the next. */
    private static final double CLIP = 4;

    static SiteTrend start() {
        return new SiteTrend(List.of(), new double[0], new double[0], new double[0], new int[0], -1);
    }

    /**
     * A column against the levels before it, site by site.
     *
     * @param next the levels with this column in them
     * @param value the column, in the unit it is followed in; NaN where it is not finite
     * @param distance from the fast level before, 0 for a first value
     * @param growth fast level less slow level, this column included
     */
    record Reading(SiteTrend next, double[] value, double[] distance, double[] growth) {

        Site site(int i) {
            return next.sites.get(i);
        }

        /** Whether a site has been seen often enough to speak of a level. */
        boolean known(int i, int values) {
            return next.seen[i] > values;
        }

        /** The level over some ten steps, this column included. */
        double fast(int i) {
            return next.fast[i];
        }

        /** The level over some hundreds of steps, this column included. */
        double slow(int i) {
            return next.slow[i];
        }

        /** How far a value usually lies from the fast level before it, this column included. */
        double noise(int i) {
            return next.noise[i];
        }

        /** The measure of a site whose fast level stands this many times above its slow one; of logarithms. */
        IntToDoubleFunction grown(int values, double ratio) {
            return i -> known(i, values) && growth[i] >= Math.log(ratio) ? growth[i] : Double.NaN;
        }

        /** How far a share lies above its slow level, of a site where it is this large and has risen this far. */
        IntToDoubleFunction risen(int values, double share, double rise) {
            return i -> {
                double risen = value[i] - slow(i);
                return known(i, values) && value[i] >= share && risen >= rise ? risen : Double.NaN;
            };
        }

        /** The site that is worst by a detector's own measure, which is NaN where a site gives no cause. */
        Optional<Worst> worst(IntToDoubleFunction measure) {
            double[] all = new double[value.length];
            Arrays.setAll(all, measure);
            int at = largest(all);
            return at < 0 ? Optional.empty() : Optional.of(new Worst(this, at, all[at]));
        }

        /** Where the largest of some numbers stands; -1 where none is a number. */
        static int largest(double[] of) {
            int at = -1;
            for (int i = 0; i < of.length; i++) {
                if (!Double.isNaN(of[i]) && (at < 0 || of[i] > of[at])) {
                    at = i;
                }
            }
            return at;
        }
    }

    /** The site of a reading that is worst, and how bad it is by the measure it was found with. */
    record Worst(Reading reading, int at, double measure) {
        String where() {
            return reading.site(at).label();
        }

        double value() {
            return reading.value[at];
        }

        double distance() {
            return reading.distance[at];
        }

        double fast() {
            return reading.fast(at);
        }
    }

    /** The unit of what varies by factors; what is not above zero has none. */
    static double logarithm(double x) {
        return x > 0 ? Math.log(x) : Double.NaN;
    }

    /** The same of a metric that the frame has. */
    Reading read(Frame frame, String metric, DoubleUnaryOperator unit) {
        return read(frame, frame.sites().column(metric).orElseThrow(), unit);
    }

    Reading read(Frame frame, Column column, DoubleUnaryOperator unit) {
        List<Site> all = frame.sites().sites();
        List<Site> now =
                Arrays.stream(column.at()).limit(MOST).mapToObj(all::get).toList();
        SiteTrend aligned = now.equals(sites) ? this : over(now);
        double steps = lastStep < 0 ? 1 : Math.max(1, frame.step() - lastStep);
        int n = now.size();
        double[] value = new double[n];
        double[] distance = new double[n];
        double[] growth = new double[n];
        double[] nextFast = aligned.fast.clone();
        double[] nextSlow = aligned.slow.clone();
        double[] nextNoise = aligned.noise.clone();
        int[] nextSeen = aligned.seen.clone();
        double quick = -Math.expm1(-steps / FAST);
        double slowly = -Math.expm1(-steps / SLOW);
        for (int i = 0; i < n; i++) {
            double x = unit.applyAsDouble(column.values()[i]);
            value[i] = Double.isFinite(x) ? x : Double.NaN;
            if (!Double.isFinite(x)) {
                continue;
            }
            int k = ++nextSeen[i];
            distance[i] = k == 1 ? 0 : x - nextFast[i];
            double bound = k > 8 ? CLIP * nextNoise[i] + 1e-12 : Double.MAX_VALUE;
            double step = Math.max(-bound, Math.min(bound, distance[i]));
            nextNoise[i] += (Math.abs(k == 1 ? 0 : step) - nextNoise[i]) * Math.max(1.0 / k, quick / 4);
            // A plain mean until there are values enough for the spans to mean something.
            nextFast[i] += (x - nextFast[i]) * Math.max(1.0 / k, quick);
            nextSlow[i] += (x - nextSlow[i]) * Math.max(1.0 / k, slowly);
            growth[i] = nextFast[i] - nextSlow[i];
        }
        return new Reading(
                new SiteTrend(now, nextFast, nextSlow, nextNoise, nextSeen, frame.step()), value, distance, growth);
    }

    /** The same levels in the order of other sites; sites that are new begin at nothing. */
    private SiteTrend over(List<Site> other) {
        int[] places = places(other, sites);
        int n = other.size();
        SiteTrend moved = new SiteTrend(other, new double[n], new double[n], new double[n], new int[n], lastStep);
        for (int i = 0; i < n; i++) {
            int from = places[i];
            if (from >= 0) {
                moved.fast[i] = fast[from];
                moved.slow[i] = slow[from];
                moved.noise[i] = noise[from];
                moved.seen[i] = seen[from];
            }
        }
        return moved;
    }

    /** Where each of some sites stands among others; -1 where it does not. */
    static int[] places(List<Site> of, List<Site> among) {
        Map<Site, Integer> places = new HashMap<>();
        IntStream.range(0, among.size()).forEach(i -> places.put(among.get(i), i));
        return of.stream().mapToInt(site -> places.getOrDefault(site, -1)).toArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SiteTrend that
                && sites.equals(that.sites)
                && Arrays.equals(fast, that.fast)
                && Arrays.equals(slow, that.slow)
                && Arrays.equals(noise, that.noise)
                && Arrays.equals(seen, that.seen)
                && lastStep == that.lastStep;
    }

    @Override
    public int hashCode() {
        return 31 * sites.hashCode() + Arrays.hashCode(fast);
    }
}
