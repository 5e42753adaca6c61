package observatory.analysis.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * Which layer leaves its level first, and how many steps before the loss does. A departure counts from
 * {@value #DEPARTED} deviations on, so that of a thousand signals over fifty steps none gets there by chance; only
 * signals that have a size are looked at, not shares of elements at the edge of a format.
 */
public record Departures(Optional<First> first, Optional<Long> lossStep) {
    private static final double DEPARTED = 12;

    /** @param size in deviations of the steps before */
    public record First(long step, String what, double size) {}

    public static Departures of(List<Frame> before, List<Frame> during) {
        Baseline baseline = new Baseline(before);
        Optional<First> first = Optional.empty();
        Optional<Long> loss = Optional.empty();
        for (Frame frame : during) {
            Map<Signal, Double> values = Signals.of(frame);
            Double level = values.get(new Signal(Scalars.LOSS, ""));
            if (loss.isEmpty()
                    && level != null
                    && Math.abs(baseline.departure(new Signal(Scalars.LOSS, ""), level)) >= Symptom.PRESENT) {
                loss = Optional.of(frame.step());
            }
            if (first.isEmpty()) {
                first = inOrder(frame, baseline, values);
            }
        }
        return new Departures(first, loss);
    }

    private static Optional<First> inOrder(Frame frame, Baseline baseline, Map<Signal, Double> values) {
        Map<String, Integer> order = new HashMap<>();
        frame.sites().sites().forEach(site -> order.putIfAbsent(site.label(), order.size()));
        First found = null;
        int at = Integer.MAX_VALUE;
        for (Map.Entry<Signal, Double> each : values.entrySet()) {
            Integer place = order.get(each.getKey().site());
            double size = baseline.departure(each.getKey(), each.getValue());
            if (place != null && Signals.size(each.getKey()) && Math.abs(size) >= DEPARTED && place < at) {
                at = place;
                found = new First(frame.step(), each.getKey().label(), size);
            }
        }
        return Optional.ofNullable(found);
    }

    /** Steps from the first departure of a layer to that of the loss; empty where one of them did not depart. */
    public Optional<Long> lead() {
        return first.flatMap(one -> lossStep.map(step -> step - one.step()));
    }
}
