package observatory.stream.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Origin;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;

/** The work that is measured, and how. */
final class Measured {
    static final int METRICS = 5;
    private static final long ENOUGH_NANOS = 1_000_000_000L;
    private static final int ROUNDS = 3;

    private Measured() {}

    /** A frame as probes make it: sites at layers, a handful of metrics at each, values with all their digits. */
    static Frame frame(Origin origin, long seq, int count) {
        List<Site> sites = IntStream.range(0, count)
                .mapToObj(i -> Site.of(Hook.RESIDUAL, i))
                .toList();
        int[] at = IntStream.range(0, count).toArray();
        List<Column> columns = new ArrayList<>();
        for (int metric = 0; metric < METRICS; metric++) {
            double[] values = new double[count];
            for (int i = 0; i < count; i++) {
                values[i] = Math.sin(seq * 7.0 + metric * 3.0 + i);
            }
            columns.add(new Column("metric" + metric, at, values));
        }
        Scalars scalars =
                new Scalars.Builder().put(Scalars.LOSS, Math.exp(-seq)).build();
        return new Frame(
                origin, seq, seq, Instant.EPOCH.plusSeconds(seq), scalars, new Sites(sites, columns), Optional.empty());
    }

    /**
     * How often a task runs in a second of this thread's processor time: the best of some rounds, the first to warm up.
     */
    static double perCpuSecond(LongSupplier task) {
        double best = 0;
        long used = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long began = threadCpuNanos();
            int runs = 0;
            long spent;
            do {
                used += task.getAsLong();
                runs++;
                spent = threadCpuNanos() - began;
            } while (spent < ENOUGH_NANOS);
            best = Math.max(best, runs * 1e9 / spent);
        }
        if (used == Long.MIN_VALUE) {
            throw new IllegalStateException("cannot be, but keeps the work from being optimised away");
        }
        return best;
    }

    static long processCpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static long threadCpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
