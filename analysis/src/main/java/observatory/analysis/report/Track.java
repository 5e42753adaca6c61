package observatory.analysis.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The curve of one series in bounded memory: neighbouring steps share a bucket that keeps its least and its greatest
 * value and where they were, so a spike of one step survives any length of run. Full, buckets are joined in pairs.
 */
public final class Track {
    private static final int MOST_BUCKETS = 2048; // at least 1,024 over a chart of 1,140 pixels

    /** A value and the step it was measured at. */
    public record Point(long step, double value) {}

    private static final class Bucket {
        private long count;
        private long firstStep;
        private Point least;
        private Point greatest;
        private long nonFinite;

        void add(long step, double value) {
            firstStep = count++ == 0 ? step : firstStep;
            if (!Double.isFinite(value)) {
                nonFinite++;
                return;
            }
            Point point = new Point(step, value);
            least = least == null || value < least.value ? point : least;
            greatest = greatest == null || value > greatest.value ? point : greatest;
        }

        Bucket join(Bucket next) {
            Bucket both = new Bucket();
            both.count = count + next.count;
            both.firstStep = firstStep;
            both.nonFinite = nonFinite + next.nonFinite;
            both.least = least == null || next.least != null && next.least.value < least.value ? next.least : least;
            boolean nextIsGreater = next.greatest != null && (greatest == null || next.greatest.value > greatest.value);
            both.greatest = nextIsGreater ? next.greatest : greatest;
            return both;
        }
    }

    private List<Bucket> buckets = new ArrayList<>();
    private long perBucket = 1;

    public void add(long step, double value) {
        if (buckets.isEmpty() || buckets.getLast().count >= perBucket) {
            if (buckets.size() == MOST_BUCKETS) {
                halve();
            }
            buckets.add(new Bucket());
        }
        buckets.getLast().add(step, value);
    }

    /** The least and the greatest value of each bucket, in the order of their steps; finite values only. */
    public List<Point> points() {
        List<Point> points = new ArrayList<>();
        for (Bucket bucket : buckets) {
            if (bucket.least == null) {
                continue;
            }
            boolean leastFirst = bucket.least.step <= bucket.greatest.step;
            points.add(leastFirst ? bucket.least : bucket.greatest);
            if (!bucket.least.equals(bucket.greatest)) {
                points.add(leastFirst ? bucket.greatest : bucket.least);
            }
        }
        return points;
    }

    /** Where a value was NaN or infinite: the first step of each bucket with one. */
    public List<Long> nonFiniteSteps() {
        return buckets.stream()
                .filter(bucket -> bucket.nonFinite > 0)
                .map(bucket -> bucket.firstStep)
                .toList();
    }

    private void halve() {
        List<Bucket> half = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i += 2) {
            half.add(buckets.get(i).join(buckets.get(i + 1)));
        }
        buckets = half;
        perBucket *= 2;
    }
}
