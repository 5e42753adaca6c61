package observatory.analysis.detector;

import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.Batch;

/**
 * What the loss of a single sequence usually is, by the source it comes from: a level and a deviation, both slow
 * averages that a wild value moves by a bounded step (Huber). Sources beyond {@link #MOST} share one entry.
 */
record SourceLevels(SortedMap<String, Level> levels) {
    private static final int MOST = 64;
    private static final String OTHERS = "(others)";
    /** Sequences after which a level counts. */
    static final int KNOWN = 64;

    private static final double SLOW = 0.01;
    private static final double CLIP = 3;
    /** E|x| of a normal law is 0.8 of its deviation. */
    private static final double NORMAL = 1.2533;
    /** Sequences differ by a tenth of a nat at least; a smaller deviation is a level that has not been seen move. */
    private static final double FLOOR = 0.1;

    private static final double MOST_OF_A_BATCH = 0.5;
    /** Deviations of a mean of many sequences, which chance passes once in 30,000. */
    private static final double TOGETHER = 4;

    record Level(double mean, double deviation, long seen) {}

    static SourceLevels start() {
        return new SourceLevels(new TreeMap<>());
    }

    /**
     * Deviations of a sequence above the level of its source; NaN while that is not known, or where the
     * loss is not finite.
     */
    double deviations(Batch.Sequence sequence) {
        Level level = levels.get(key(sequence.source()));
        return level == null || level.seen < KNOWN || !Double.isFinite(sequence.loss())
                ? Double.NaN
                : (sequence.loss() - level.mean) / Math.max(FLOOR, level.deviation);
    }

    /** Whether most of a batch, by the deviations of its sequences, is high, and not by some wild ones among them. */
    static boolean highTogether(double[] deviations) {
        int known = 0;
        int high = 0;
        double sum = 0;
        for (double away : deviations) {
            known += Double.isNaN(away) ? 0 : 1;
            high += away > 1 ? 1 : 0;
            sum += Double.isNaN(away) ? 0 : Math.min(CLIP, away);
        }
        return known > 0 && high > MOST_OF_A_BATCH * known && sum / Math.sqrt(known) > TOGETHER;
    }

    double level(Batch.Sequence sequence) {
        Level level = levels.get(key(sequence.source()));
        return level == null ? Double.NaN : level.mean;
    }

    SourceLevels with(Batch batch) {
        SortedMap<String, Level> next = new TreeMap<>(levels);
        for (Batch.Sequence sequence : batch.sequences()) {
            if (Double.isFinite(sequence.loss())) {
                String key = next.containsKey(sequence.source()) || next.size() < MOST ? sequence.source() : OTHERS;
                next.merge(key, new Level(sequence.loss(), 0, 1), (was, one) -> moved(was, one.mean));
            }
        }
        return new SourceLevels(next);
    }

    private static Level moved(Level was, double loss) {
        long seen = was.seen + 1;
        double weight = Math.max(SLOW, 1.0 / seen);
        double bound = seen > KNOWN / 2 ? CLIP * Math.max(FLOOR, was.deviation) : Double.MAX_VALUE;
        double step = Math.max(-bound, Math.min(bound, loss - was.mean));
        return new Level(
                was.mean + weight * step, was.deviation + weight * (NORMAL * Math.abs(step) - was.deviation), seen);
    }

    private String key(String source) {
        return levels.containsKey(source) ? source : OTHERS;
    }
}
