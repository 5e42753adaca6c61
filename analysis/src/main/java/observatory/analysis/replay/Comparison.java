package observatory.analysis.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Metric;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.builtin.ExponentHistogram;
import observatory.probe.builtin.FormatRange;
import observatory.probe.builtin.GradientRange;

/**
 * What was recorded against what the same steps came to when they were run again, bit for bit. Left out are times, and
 * the few metrics that carry something over from the steps before.
 *
 * @param values numbers compared
 * @param steps steps compared, over all ranks
 * @param first where they first differ, in the order of the steps, and in a step of its sites
 */
public record Comparison(long values, int steps, Optional<Difference> first) {

    /** Of every eighth element in one pack, and of all in another: the same name for two questions. */
    private static final Set<String> SAMPLED = Stream.of(
                    FormatRange.class, GradientRange.class, ExponentHistogram.class)
            .flatMap(probe -> Stream.of(probe.getAnnotationsByType(Metric.class)))
            .map(Metric::name)
            .collect(Collectors.toUnmodifiableSet());

    /**
     * @param what was measured, and where
     * @param batchSame whether the step was trained on the same tokens
     */
    public record Difference(long step, int rank, String what, double recorded, double again, boolean batchSame) {}

    private record Place(long step, int rank) {}

    public static Comparison of(List<Frame> recorded, List<Frame> again) {
        Map<Place, Frame> known = new HashMap<>();
        recorded.forEach(frame -> known.put(place(frame), frame));
        long values = 0;
        int steps = 0;
        for (Frame frame : again) {
            Frame before = known.get(place(frame));
            if (before == null) {
                continue;
            }
            steps++;
            Each each = new Each(before, frame);
            each.compare();
            values += each.values;
            if (each.first != null) {
                return new Comparison(values, steps, Optional.of(each.first));
            }
        }
        return new Comparison(values, steps, Optional.empty());
    }

    private static Place place(Frame frame) {
        return new Place(frame.step(), frame.origin().rank());
    }

    private static final class Each {
        private final Frame recorded;
        private final Frame again;
        private long values;
        private Difference first;

        Each(Frame recorded, Frame again) {
            this.recorded = recorded;
            this.again = again;
        }

        void compare() {
            sites();
            sequences();
            for (String name : again.scalars().names()) {
                if (Signals.ofTheModel(name)
                        || name.equals(Scalars.LEARNING_RATE)
                        || name.equals(Scalars.LOSS_SCALE)
                        || name.equals(Scalars.BATCH_CHECK)
                        || name.equals(Scalars.WEIGHTS_CHECK)) {
                    recorded.scalars()
                            .find(name)
                            .ifPresent(value ->
                                    same(name, value, again.scalars().find(name).orElseThrow()));
                }
            }
        }

        /** In the order in which the step passed them, so that what differs first is nearest to the cause. */
        private void sites() {
            Map<Signal, Iterator<Double>> then = values(recorded);
            List<Site> order = again.sites().sites();
            for (int number = 0; number < order.size(); number++) {
                for (Column column : again.sites().columns()) {
                    for (int i = 0; i < column.size(); i++) {
                        if (column.at()[i] == number && compared(column.metric())) {
                            Signal signal = new Signal(
                                    column.metric(), order.get(number).label());
                            Iterator<Double> values = then.getOrDefault(signal, Collections.emptyIterator());
                            if (values.hasNext()) {
                                same(signal.label(), values.next(), column.values()[i]);
                            }
                        }
                    }
                }
            }
        }

        private static boolean compared(String metric) {
            return !Signals.CARRIED.contains(metric) && !SAMPLED.contains(metric);
        }

        private void sequences() {
            List<Batch.Sequence> then = recorded.batch().map(Batch::sequences).orElse(List.of());
            List<Batch.Sequence> now = again.batch().map(Batch::sequences).orElse(List.of());
            for (int i = 0; i < Math.min(then.size(), now.size()); i++) {
                same("loss of sequence " + i, then.get(i).loss(), now.get(i).loss());
            }
        }

        /** What was measured of each signal, one value after the other: of several micro-batches each has its own. */
        private static Map<Signal, Iterator<Double>> values(Frame frame) {
            Map<Signal, List<Double>> values = new HashMap<>();
            for (Column column : frame.sites().columns()) {
                for (int i = 0; i < column.size(); i++) {
                    Signal signal = new Signal(
                            column.metric(),
                            frame.sites().sites().get(column.at()[i]).label());
                    values.computeIfAbsent(signal, s -> new ArrayList<>()).add(column.values()[i]);
                }
            }
            return values.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().iterator()));
        }

        private void same(String what, double then, double now) {
            values++;
            if (first == null && Double.doubleToLongBits(then) != Double.doubleToLongBits(now)) {
                first = new Difference(again.step(), again.origin().rank(), what, then, now, batchSame());
            }
        }

        private boolean batchSame() {
            List<String> then = places(recorded);
            boolean places = then.isEmpty() || then.equals(places(again));
            double check = recorded.scalars().find(Scalars.BATCH_CHECK).orElse(Double.NaN);
            double own = again.scalars().find(Scalars.BATCH_CHECK).orElse(Double.NaN);
            return places && (Double.isNaN(check) || check == own);
        }

        private static List<String> places(Frame frame) {
            List<String> places = new ArrayList<>();
            frame.batch()
                    .ifPresent(
                            batch -> batch.sequences().forEach(one -> places.add(one.source() + ':' + one.offset())));
            return places;
        }
    }
}
