package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import observatory.analysis.detector.Settings;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What all detectors together cost: memory is asserted, speed is printed, because it depends on the machine. */
class FoldSpeedTest {
    private static final int SITES = 2000;
    private static final List<String> METRICS = List.of(
            "rms", "abs_max", "nan", "inf", "fp16_headroom_bits", "neuron_kurtosis", "dead_fraction", "update_ratio");

    @Test
    void theStateOfTwoThousandSitesIsSmall() {
        RunWatch watch = RunWatch.of(Recorded.RUN);
        Random random = new Random(1);
        for (int step = 1; step <= 300; step++) {
            watch.accept(wide(step, random));
        }
        long bytes =
                watch.store().values().stream().mapToLong(chunk -> chunk.length).sum();
        assertTrue(bytes < 5 << 20, "state of " + SITES + " sites: " + bytes + " bytes");
        assertTrue(watch.store().values().stream().allMatch(chunk -> chunk.length <= StateCodec.CHUNK));
    }

    @Test
    @Tag("soak")
    void printsHowFastAllDetectorsJudge() {
        List<Frame> scalars = new ArrayList<>();
        for (Frame frame : Recorded.healthy(1, 20_000, false, false)) {
            scalars.add(Recorded.frame(
                    frame.step(),
                    new Scalars.Builder()
                            .putAll(frame.scalars())
                            .put(Scalars.LEARNING_RATE, 3e-4)
                            .put(Scalars.STEP_SECONDS, 0.5)
                            .put(Scalars.TOKENS, 1e6)
                            .build(),
                    Sites.none()));
        }
        Random random = new Random(1);
        List<Frame> wide = new ArrayList<>();
        for (int step = 1; step <= 100; step++) {
            wide.add(wide(step, random));
        }
        for (int round = 0; round < 5; round++) {
            System.out.printf(
                    "scalar frames/s %,.0f, values/s %,.0f%n",
                    scalars.size() / seconds(scalars), wide.size() * (double) SITES * METRICS.size() / seconds(wide));
        }
    }

    private static double seconds(List<Frame> frames) {
        RunWatch watch = RunWatch.of(Recorded.RUN, Settings.DEFAULTS);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long began = threads.getCurrentThreadCpuTime(); // of this core, whoever else wants it
        frames.forEach(watch::accept);
        return (threads.getCurrentThreadCpuTime() - began) / 1e9;
    }

    private static Frame wide(int step, Random random) {
        List<Site> sites = new ArrayList<>();
        int[] at = new int[SITES];
        for (int i = 0; i < SITES; i++) {
            sites.add(Site.of(i % 2 == 0 ? Hook.RESIDUAL : Hook.MLP_HIDDEN, i / 2));
            at[i] = i;
        }
        List<Column> columns = METRICS.stream()
                .map(metric -> new Column(
                        metric,
                        at,
                        random.doubles(SITES)
                                .map(x -> metric.equals("nan") || metric.equals("inf") ? 0 : 0.9 + 0.2 * x)
                                .toArray()))
                .toList();
        Scalars scalars = new Scalars.Builder()
                .put(Scalars.LOSS, 2.5 + 0.03 * random.nextGaussian())
                .put(Scalars.GRADIENT_NORM, 0.5 + 0.05 * random.nextDouble())
                .put(Scalars.FORWARD_LIMIT, 3e38)
                .build();
        return new Frame(
                Recorded.ORIGIN, step, step, Instant.EPOCH, scalars, new Sites(sites, columns), Optional.empty());
    }
}
