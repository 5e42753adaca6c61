package observatory.probe;

/**
 * How the values that ranks measured of their shards of one tensor make the value of the whole. Exact, up to the
 * rounding of a sum in double precision.
 */
public enum Merge {
    /** Σx of disjoint shards. */
    SUM,
    /** As a sum; of things that are counted. */
    COUNT,
    /** The largest; NaN only where every shard has NaN. */
    MAX,
    /** The smallest; NaN only where every shard has NaN. */
    MIN,
    /**
     * Bin by bin as a sum. Where a metric with {@code _top} behind the name stands beside it, bins hang from that,
     * downwards, and the last of the most there may be takes everything below.
     */
    HISTOGRAM,
    /** √Σx², as the Euclidean norm of disjoint shards. */
    NORM,
    /**
     * Σ{@code sum} / n over the finite elements; from {@code sum}, {@code elements}, {@code nan} and {@code inf} beside
     * it.
     */
    MEAN,
    /** √(Σ{@code sum_squares} / n) over the finite elements; from {@code sum_squares} and the counts beside it. */
    RMS,
    /** Not from shards: it stays with the rank that measured it. */
    NONE
}
