package observatory.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * For each detector the trouble it is there for, in any size: 0 is a healthy run, 1 is enough to be found, more is worse.
 * Trouble begins at step {@link #AT}.
 */
final class Provocations {
    static final int AT = 300;
    private static final int STEPS = 700;

    private Provocations() {}

    static Map<String, DoubleFunction<List<Telemetry>>> all() {
        Map<String, DoubleFunction<List<Telemetry>>> all = new TreeMap<>();
        all.put(
                "NonFinite",
                size -> run((step, out) -> {
                    if (size > 0 && step >= AT && step < AT + Math.ceil(size)) {
                        out.put(Scalars.LOSS, Double.NaN);
                    }
                }));
        all.put("LossSpike", size -> run((step, out) -> raise(out, Scalars.LOSS, step, 5, 2 * size)));
        all.put(
                "JointSpike",
                size -> thinned(frames((step, out) -> {
                    raise(out, Scalars.LOSS, step, 30, 2 * size);
                    raise(out, Scalars.GRADIENT_NORM, step, 30, 3 * size);
                })));
        all.put("Divergence", size -> run((step, out) -> raise(out, Scalars.LOSS, step, STEPS, 2 * size)));
        all.put(
                "SlowDivergence",
                size -> run((step, out) -> {
                    if (step >= AT) {
                        out.put(
                                Scalars.LOSS,
                                out.build().find(Scalars.LOSS).orElseThrow() + size * 0.004 * (step - AT));
                    }
                }));
        all.put("GradientSpike", size -> run((step, out) -> raise(out, Scalars.GRADIENT_NORM, step, 6, 20 * size)));
        all.put(
                "Overflow",
                size -> frames((step, out) -> out.put(Scalars.FORWARD_LIMIT, 65504)).stream()
                        .map(frame -> size > 0 && frame.step() == AT
                                ? Recorded.frame(AT, frame.scalars(), Recorded.sites(new double[4], new double[] {
                                    0, Math.ceil(5 * size), 0, 0
                                }))
                                : frame)
                        .map(Telemetry.class::cast)
                        .toList());
        return all;
    }

    private static List<Telemetry> run(Edit edit) {
        return List.copyOf(frames(edit));
    }

    private interface Edit {
        void at(long step, Scalars.Builder out);
    }

    /** A run of a small model with Gaussian noise, edited step by step. */
    private static List<Frame> frames(Edit edit) {
        Random random = new Random(5);
        List<Frame> frames = new ArrayList<>();
        for (int step = 1; step <= STEPS; step++) {
            Scalars.Builder out = new Scalars.Builder()
                    .put(Scalars.LOSS, 2.4 + 3 * Math.exp(-step / 60.0) + 0.05 * random.nextGaussian())
                    .put(Scalars.GRADIENT_NORM, 0.5 * Math.exp(0.15 * random.nextGaussian()));
            edit.at(step, out);
            frames.add(Recorded.frame(step, out.build(), observatory.probe.Sites.none()));
        }
        return frames;
    }

    /** A value far above its level for some steps. */
    private static void raise(Scalars.Builder out, String name, long step, int steps, double by) {
        if (step >= AT && step < AT + steps) {
            out.put(name, out.build().find(name).orElseThrow() + by);
        }
    }

    /** The same run in a log of every tenth step. */
    private static List<Telemetry> thinned(List<Frame> frames) {
        return frames.stream()
                .filter(frame -> frame.step() % 10 == 0)
                .map(Telemetry.class::cast)
                .toList();
    }
}
