package observatory.cli.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import observatory.probe.Batch;
import observatory.probe.Column;

/**
 * The losses that the sequences of a source had, and how they rise with the variety of its tokens: text of few
 * different tokens has a small loss. A sequence departs by the geometric mean of two departures, each in deviations
 * (MAD): that of its loss from the middle of its source, and that from the source's resistant line over the entropy of
 * its tokens. A text that is only hard lies far from the one alone, and an odd line of one character from the other.
 *
 * @param slope of the line, in nats of loss per nat of entropy; 0 where the entropy was not measured
 */
record SequenceLevel(double middle, double scale, double slope, double offset, double spread) {
    private static final String VARIETY = "token_entropy";
    /** A source with fewer sequences in the steps before is measured by all of them. */
    private static final int FEWEST = 32;

    private static final double CONSISTENT = 1.4826;
    private static final double LEAST = 1e-3;

    /** @param variety entropy of its tokens in nats; NaN where it was not measured */
    private record Point(String source, double variety, double loss) {}

    /** By source, and of all together for those with few sequences. */
    record Levels(Map<String, SequenceLevel> bySource, SequenceLevel all) {

        /** Of each sequence of a batch, in their order; the largest number where a loss is not finite. */
        double[] departures(Batch batch) {
            return points(batch).stream()
                    .mapToDouble(one -> bySource.getOrDefault(one.source, all).departure(one))
                    .toArray();
        }
    }

    static Levels of(Stream<Batch> before) {
        List<Point> found = before.flatMap(batch -> points(batch).stream())
                .filter(one -> Double.isFinite(one.loss))
                .toList();
        List<Point> measured =
                found.stream().filter(one -> !Double.isNaN(one.variety)).toList();
        List<Point> all = measured.isEmpty() ? found : measured;
        Map<String, List<Point>> grouped = new HashMap<>();
        all.forEach(one ->
                grouped.computeIfAbsent(one.source, source -> new ArrayList<>()).add(one));
        Map<String, SequenceLevel> levels = new HashMap<>();
        grouped.forEach((source, own) -> {
            if (own.size() >= FEWEST) {
                levels.put(source, level(own));
            }
        });
        return new Levels(levels, level(all));
    }

    private static List<Point> points(Batch batch) {
        double[] variety = new double[batch.sequences().size()];
        Arrays.fill(variety, Double.NaN);
        for (Column column : batch.columns()) {
            if (column.metric().equals(VARIETY)) {
                for (int i = 0; i < column.size(); i++) {
                    variety[column.at()[i]] = column.values()[i];
                }
            }
        }
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < variety.length; i++) {
            Batch.Sequence one = batch.sequences().get(i);
            points.add(new Point(one.source(), variety[i], one.loss()));
        }
        return points;
    }

    /** Tukey's resistant line, between the medians of the third with the least variety and of that with the most. */
    private static SequenceLevel level(List<Point> points) {
        List<Point> sorted = points.stream()
                .sorted(Comparator.comparingDouble(Point::variety))
                .toList();
        int third = sorted.size() / 3;
        List<Point> low = sorted.subList(0, third);
        List<Point> high = sorted.subList(sorted.size() - third, sorted.size());
        double run = median(high, Point::variety) - median(low, Point::variety);
        double slope = run > 0 ? (median(high, Point::loss) - median(low, Point::loss)) / run : 0;
        double middle = median(points, Point::loss);
        double offset = median(points, one -> one.loss - line(slope, one));
        return new SequenceLevel(
                middle,
                scale(points, one -> one.loss - middle),
                slope,
                offset,
                scale(points, one -> one.loss - line(slope, one) - offset));
    }

    private static double line(double slope, Point one) {
        return slope == 0 || Double.isNaN(one.variety) ? 0 : slope * one.variety;
    }

    private double departure(Point one) {
        if (!Double.isFinite(one.loss)) {
            return Double.MAX_VALUE;
        }
        double plain = (one.loss - middle) / scale;
        double given = Double.isNaN(one.variety) ? plain : (one.loss - line(slope, one) - offset) / spread;
        return plain > 0 && given > 0 ? Math.sqrt(plain * given) : Math.min(plain, given);
    }

    private static double scale(List<Point> points, ToDoubleFunction<Point> distance) {
        return Math.max(LEAST, CONSISTENT * median(points, one -> Math.abs(distance.applyAsDouble(one))));
    }

    private static double median(List<Point> points, ToDoubleFunction<Point> value) {
        double[] sorted = points.stream().mapToDouble(value).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }
}
