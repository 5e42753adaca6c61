package observatory.analysis;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.LongToDoubleFunction;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/** Runs made up for tests. */
public final class Recorded {
    public static final RunId RUN = new RunId("recorded");
    public static final Origin ORIGIN = new Origin(RUN, 0, new UUID(0, 1), 0);

    private Recorded() {}

    /** A frame whose seq is its step. */
    public static Frame frame(long step, double loss, double gradientNorm) {
        return frame(
                step,
                new Scalars.Builder()
                        .put(Scalars.LOSS, loss)
                        .put(Scalars.GRADIENT_NORM, gradientNorm)
                        .build(),
                Sites.none());
    }

    public static Frame frame(long step, Scalars scalars, Sites sites) {
        return new Frame(ORIGIN, step, step, Instant.EPOCH.plusSeconds(step), scalars, sites, Optional.empty());
    }

    public static RunEvent event(long seq, RunEvent.Kind kind) {
        return RunEvent.of(ORIGIN, seq, seq, Instant.EPOCH.plusSeconds(seq), kind, Map.of());
    }

    /** Forward sites of two layers with counts of NaN and infinite elements, in order of execution. */
    public static Sites sites(double[] nan, double[] inf) {
        List<Site> sites = List.of(
                Site.of(Hook.RESIDUAL, 0),
                Site.of(Hook.MLP_HIDDEN, 1),
                Site.of(Hook.MLP_OUT, 1),
                Site.of(Hook.LOGITS, -1));
        return new Sites(
                sites,
                List.of(
                        new Column("nan", new int[] {0, 1, 2, 3}, nan),
                        new Column("inf", new int[] {0, 1, 2, 3}, inf)));
    }

    /** The loss of a large model, 1.9 + 3·t^-0.15, or of a small byte model falling from 5.5 to 2.5, with noise. */
    public static List<Frame> healthy(long seed, int steps, boolean small, boolean heavyTails) {
        Random random = new Random(seed);
        LongToDoubleFunction trend = small ? t -> 2.4 + 3.1 * Math.exp(-t / 60.0) : t -> 1.9 + 3 * Math.pow(t, -0.15);
        double noise = small ? 0.1 : 0.03;
        List<Frame> frames = new ArrayList<>();
        for (int t = 1; t <= steps; t++) {
            double loss = trend.applyAsDouble(t) + noise * draw(random, heavyTails);
            double gradient = (0.3 + 2 * Math.exp(-t / 50.0)) * Math.exp(0.2 * draw(random, heavyTails));
            frames.add(frame(t, loss, gradient));
        }
        return frames;
    }

    /** Normal, or Student's t with four degrees of freedom scaled to unit variance. */
    private static double draw(Random random, boolean heavyTails) {
        double normal = random.nextGaussian();
        if (!heavyTails) {
            return normal;
        }
        double chi = 0;
        for (int i = 0; i < 4; i++) {
            double one = random.nextGaussian();
            chi += one * one;
        }
        return normal / Math.sqrt(chi / 4) / Math.sqrt(2);
    }

    /** A run with a bad stretch, an overflow, a NaN and an end, as it would come over the wire. */
    public static List<Telemetry> eventful() {
        List<Telemetry> items = new ArrayList<>();
        for (Frame frame : healthy(3, 600, true, false)) {
            items.add(
                    switch ((int) frame.step()) {
                        case 200, 201, 202 -> frame(frame.step(), 6.5, 4);
                        case 350 ->
                            frame(
                                    350,
                                    new Scalars.Builder()
                                            .put(Scalars.LOSS, Double.NaN)
                                            .put(Scalars.GRADIENT_NORM, Double.NaN)
                                            .put(Scalars.FORWARD_LIMIT, 65504)
                                            .put(Scalars.LOSS_SCALE, 65536)
                                            .put(Scalars.SKIPPED, 1)
                                            .build(),
                                    sites(new double[] {0, 0, 5, 9}, new double[] {0, 7, 0, 0}));
                        case 450 -> frame(450, Double.NaN, Double.NaN);
                        default -> frame;
                    });
        }
        items.add(event(601, RunEvent.Kind.END));
        return items;
    }
}
