package observatory.stream.relay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;
import observatory.probe.Frame;
import observatory.probe.Merge;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.stream.wire.Manifest;

/**
 * Makes the frames that the ranks of one host wrote of one step cheaper to carry, and loses nothing: what was measured
 * at sites becomes one value of all ranks, by the merge rule of its metric, in the frame of the lowest of them; every
 * rank keeps its own frame with its scalars and its batch. What does not merge stays with its rank: a metric without a
 * rule, one that another rank did not measure in this step, and a copy of a parameter that is not what the others
 * have. A pure function.
 */
final class ShardMerge {
    /** Scalar of a frame whose columns are those of so many ranks. */
    static final String RANKS = "ranks_merged";

    private final Map<String, Merge> rules;
    private final IntFunction<Manifest.Place> places;

    /** @param rules by metric; {@code places} where a rank stands in the parallel layout */
    ShardMerge(Map<String, Merge> rules, IntFunction<Manifest.Place> places) {
        this.rules = rules;
        this.places = places;
    }

    /**
     * @param frames of one step of one incarnation, each of another rank; the same frames with less in them, by rank
     */
    List<Frame> merge(List<Frame> frames) {
        if (frames.size() < 2) {
            return frames;
        }
        Map<Integer, Readings> ranks = new TreeMap<>();
        Map<Integer, Frame> sources = new TreeMap<>();
        for (Frame frame : frames) {
            ranks.put(frame.origin().rank(), Readings.of(frame.sites()));
            sources.put(frame.origin().rank(), frame);
        }
        Readings whole = new Readings();
        for (Site site : sites(ranks)) {
            merge(site, ranks, whole);
        }
        int lead = ranks.keySet().iterator().next();
        List<Frame> merged = new ArrayList<>();
        sources.forEach((rank, frame) -> merged.add(
                rank == lead ? lead(frame, whole.with(ranks.get(rank)), frames.size()) : with(frame, ranks.get(rank))));
        return merged;
    }

    private static SequencedSet<Site> sites(Map<Integer, Readings> ranks) {
        SequencedSet<Site> sites = new LinkedHashSet<>();
        ranks.values().forEach(readings -> sites.addAll(readings.sites()));
        return sites;
    }

    /** Moves what merges at one site from the ranks to the whole. */
    private void merge(Site site, Map<Integer, Readings> ranks, Readings whole) {
        // Of each thing there is: the ranks that hold a shard of it, the lowest of its copies first.
        List<Integer> shards = new ArrayList<>();
        List<Integer> copies = new ArrayList<>();
        Map<Manifest.Place, Integer> first = new LinkedHashMap<>();
        for (Map.Entry<Integer, Readings> rank : ranks.entrySet()) {
            if (!rank.getValue().has(site)) {
                continue;
            }
            Integer holder = first.putIfAbsent(thing(site, rank.getKey()), rank.getKey());
            if (holder == null) {
                boolean undivided = shards.stream()
                        .anyMatch(other -> tensorPeers(rank.getKey(), other)
                                && rank.getValue().sameAt(site, ranks.get(other)));
                (undivided ? copies : shards).add(rank.getKey());
            } else if (rank.getValue().sameAt(site, ranks.get(holder))) {
                copies.add(rank.getKey());
            } else if (site.parameter().isEmpty()) {
                shards.add(rank.getKey());
            } // A parameter that is not what its copies are stays with its rank, to be seen.
        }
        if (shards.isEmpty()) {
            return;
        }
        List<Readings> parts = shards.stream().map(ranks::get).toList();
        Map<String, double[]> one = new LinkedHashMap<>();
        for (String metric : parts.getFirst().metrics(site)) {
            double[] value = merged(site, metric, parts);
            if (value.length > 0) {
                one.put(metric, value);
            }
        }
        one.forEach((metric, value) -> {
            whole.put(site, metric, value);
            parts.forEach(part -> part.remove(site, metric));
            copies.forEach(copy -> ranks.get(copy).remove(site, metric));
        });
    }

    /** Whether two ranks differ in their tensor coordinate at most: norms and biases are whole on each of those. */
    private boolean tensorPeers(int rank, int other) {
        Manifest.Place one = places.apply(rank);
        Manifest.Place two = places.apply(other);
        return one.data() == two.data()
                && one.pipeline() == two.pipeline()
                && one.context() == two.context()
                && one.expert() == two.expert();
    }

    /**
     * Where two ranks stand the same, what they hold may be two copies of one thing. Parameters are divided over the
     * pipeline and expert ranks, and over the tensor ranks where those do not all have the same values; activations
     * over the data and context ranks as well, and only where the tensor ranks do not hold copies of them.
     */
    private Manifest.Place thing(Site site, int rank) {
        Manifest.Place place = places.apply(rank);
        return site.parameter().isEmpty()
                ? new Manifest.Place(0, place.data(), 0, place.pipeline(), place.context(), place.expert())
                : new Manifest.Place(0, 0, place.tensor(), place.pipeline(), 0, place.expert());
    }

    /** The value of all parts; empty where it cannot be told from theirs. */
    private double[] merged(Site site, String metric, List<Readings> parts) {
        double[] first = parts.getFirst().get(site, metric);
        if (parts.size() == 1) {
            return first;
        }
        String hanging = hanging(site, metric, parts);
        if (!hanging.isEmpty() && !HangingBins.whole(site, hanging, parts)) {
            return new double[0]; // neither without the other
        }
        if (hanging.equals(metric)) {
            return HangingBins.sum(site, metric, parts);
        }
        for (Readings part : parts) {
            if (part.get(site, metric).length != first.length) {
                return new double[0];
            }
        }
        return switch (rules.getOrDefault(metric, Merge.NONE)) {
            case SUM, COUNT, HISTOGRAM -> folded(site, metric, parts, Double::sum);
            case MAX -> folded(site, metric, parts, ShardMerge::larger);
            case MIN -> folded(site, metric, parts, (a, b) -> -larger(-a, -b));
            case NORM -> folded(site, metric, parts, Math::hypot);
            case MEAN -> overFinite(site, "sum", parts);
            case RMS -> root(overFinite(site, "sum_squares", parts));
            case NONE -> new double[0];
        };
    }

    /** The histogram that a metric belongs to, as its counts or as the place of its first bin; empty where to none. */
    private String hanging(Site site, String metric, List<Readings> parts) {
        String counts = metric.endsWith(HangingBins.TOP)
                ? metric.substring(0, metric.length() - HangingBins.TOP.length())
                : metric;
        boolean hangs = rules.get(counts) == Merge.HISTOGRAM
                && parts.stream().anyMatch(part -> part.get(site, counts + HangingBins.TOP).length > 0);
        return hangs ? counts : "";
    }

    private static double[] folded(Site site, String metric, List<Readings> parts, DoubleBinaryOperator fold) {
        double[] all = parts.getFirst().get(site, metric).clone();
        for (Readings part : parts.subList(1, parts.size())) {
            double[] more = part.get(site, metric);
            Arrays.setAll(all, i -> fold.applyAsDouble(all[i], more[i]));
        }
        return all;
    }

    private static double larger(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
    }

    /** Σ of a sum over the number of finite elements; empty where a part does not tell both. */
    private static double[] overFinite(Site site, String sum, List<Readings> parts) {
        double total = 0;
        double finite = 0;
        for (Readings part : parts) {
            double[] own = part.get(site, sum);
            double[] elements = part.get(site, "elements");
            if (own.length != 1 || elements.length != 1) {
                return new double[0];
            }
            total += own[0];
            finite += elements[0] - count(part.get(site, "nan")) - count(part.get(site, "inf"));
        }
        return new double[] {finite == 0 ? Double.NaN : total / finite};
    }

    private static double count(double[] value) {
        return value.length == 1 ? value[0] : 0;
    }

    private static double[] root(double[] square) {
        return square.length == 0 ? square : new double[] {Math.sqrt(square[0])};
    }

    private static Frame lead(Frame frame, Readings readings, int ranks) {
        Scalars told =
                new Scalars.Builder().putAll(frame.scalars()).put(RANKS, ranks).build();
        Frame named =
                new Frame(frame.origin(), frame.seq(), frame.step(), frame.time(), told, frame.sites(), frame.batch());
        return with(named, readings);
    }

    private static Frame with(Frame frame, Readings readings) {
        return new Frame(
                frame.origin(),
                frame.seq(),
                frame.step(),
                frame.time(),
                frame.scalars(),
                readings.asSites(),
                frame.batch());
    }
}
