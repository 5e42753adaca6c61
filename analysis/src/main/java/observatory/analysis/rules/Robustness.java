package observatory.analysis.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import observatory.analysis.detector.Settings;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;

/**
 * Our detectors on losses that are made, where nobody has to label anything: how often healthy ones are paged, and how
 * small a fault is still found. The gradient norm of a made run is healthy throughout and knows nothing of its loss.
 */
public final class Robustness {
    private static final RunId RUN = new RunId("bench");
    private static final long SEED = 1;
    /** Points of one healthy run, and how many runs of a kind: 100,000 points, so that pages are pages per 100,000. */
    private static final int POINTS = 2500;

    private static final int RUNS = 40;
    private static final int FAULTS = 20;

    private Robustness() {}

    /** How the losses of a run are written into a log. */
    public enum Writing {
        EVERY_STEP("every step", 1, 0),
        EVERY_TENTH("every tenth step", 10, 0),
        RESTARTED("every tenth step, restarted three times", 10, 3);

        private final String words;
        private final int interval;
        private final int restarts;

        Writing(String words, int interval, int restarts) {
            this.words = words;
            this.interval = interval;
            this.restarts = restarts;
        }

        public String words() {
            return words;
        }

        private List<Frame> log(double[] losses, Random random) {
            List<Frame> frames = new ArrayList<>();
            for (int i = 0; i < losses.length; i++) {
                int incarnation = i * (restarts + 1) / losses.length;
                Origin origin = new Origin(RUN, incarnation, new UUID(SEED, incarnation), 0);
                long step = (i + 1L) * interval;
                Instant time = Instant.EPOCH.plusSeconds(step);
                Scalars scalars = new Scalars.Builder()
                        .put(Scalars.LOSS, losses[i])
                        .put(Scalars.GRADIENT_NORM, 0.4 * Math.exp(0.15 * random.nextGaussian()))
                        .build();
                frames.add(new Frame(origin, step, step, time, scalars, Sites.none(), Optional.empty()));
            }
            return frames;
        }
    }

    /** False pages of one kind of healthy runs in 100,000 points, by writing. */
    public record Clean(HealthyCurve curve, Map<Writing, Integer> pages) {}

    /** How often a fault of one size was found, and how late, by writing. */
    public record Found(InjectedFault fault, double size, Map<Writing, Score> scores) {}

    public static List<Clean> clean() {
        return Arrays.stream(HealthyCurve.values())
                .map(curve -> new Clean(curve, byWriting(writing -> falsePages(curve, writing))))
                .toList();
    }

    public static List<Found> found() {
        return Arrays.stream(InjectedFault.values())
                .flatMap(fault -> Arrays.stream(fault.sizes())
                        .mapToObj(size -> new Found(fault, size, byWriting(writing -> recall(fault, size, writing)))))
                .toList();
    }

    private static <T> Map<Writing, T> byWriting(Function<Writing, T> measure) {
        Map<Writing, T> measured = new EnumMap<>(Writing.class);
        for (Writing writing : Writing.values()) {
            measured.put(writing, measure.apply(writing));
        }
        return measured;
    }

    private static int falsePages(HealthyCurve curve, Writing writing) {
        int pages = 0;
        for (int run = 0; run < RUNS; run++) {
            Random random = new Random(SEED + run);
            double[] losses = curve.losses(POINTS, random);
            pages += DetectionBench.pages(writing.log(losses, random), Settings.DEFAULTS)
                    .size();
        }
        return pages;
    }

    private static Score recall(InjectedFault fault, double size, Writing writing) {
        Score total = Score.NOTHING;
        for (int run = 0; run < FAULTS; run++) {
            Random random = new Random(SEED + run);
            List<Frame> log = writing.log(fault.losses(size, random), random);
            Labels.Span episode = new Labels.Span(
                    log.get(InjectedFault.BEFORE).step(), log.getLast().step());
            Labels.Log label = new Labels.Log(
                    fault.name(), false, writing.interval, log.size(), List.of(episode), List.of(), List.of());
            total = total.and(Score.of(label, DetectionBench.pages(log, Settings.DEFAULTS)));
        }
        return total;
    }
}
