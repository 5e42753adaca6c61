package observatory.stream.wire;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import observatory.probe.Batch;
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

/** Telemetry of any shape, with the numbers that are hard to carry. */
final class RandomTelemetry {
    private static final double[] HARD = {
        0,
        -0.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        65504
    };

    private RandomTelemetry() {}

    static Telemetry next(Random random) {
        Origin origin = new Origin(
                new RunId("run-" + random.nextInt(9)),
                random.nextInt(5),
                new UUID(random.nextLong(), random.nextLong()),
                random.nextInt(10_000));
        long seq = random.nextInt(10) == 0 ? Long.MAX_VALUE - random.nextInt(9) : random.nextInt();
        long step = random.nextInt(10) == 0 ? (1L << 53) + random.nextInt(9) : random.nextInt(1_000_000);
        Instant time = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
        if (random.nextInt(5) == 0) {
            RunEvent.Kind kind = RunEvent.Kind.values()[random.nextInt(RunEvent.Kind.values().length)];
            return RunEvent.of(origin, seq, step, time, kind, Map.of("why", "ünïcode \"quoted\" \u0000\n", "b", ""));
        }
        Scalars.Builder scalars = new Scalars.Builder();
        for (int i = random.nextInt(12); i > 0; i--) {
            scalars.put("scalar " + i, number(random));
        }
        return new Frame(origin, seq, step, time, scalars.build(), sites(random), batch(random));
    }

    private static Sites sites(Random random) {
        int count = random.nextInt(8);
        if (count == 0) {
            return Sites.none();
        }
        List<Site> sites = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Hook hook = Hook.values()[random.nextInt(Hook.values().length)];
            sites.add(new Site(hook, i - 1, random.nextBoolean() ? "" : "mlp.up"));
        }
        return new Sites(sites, columns(random, count));
    }

    private static List<Column> columns(Random random, int count) {
        List<Column> columns = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            int[] at = random.nextBoolean()
                    ? IntStream.range(0, count).toArray()
                    : random.ints(random.nextInt(count + 1), 0, count).toArray();
            double[] values = new double[at.length];
            Arrays.setAll(values, k -> number(random));
            columns.add(new Column("metric " + i, at, values));
        }
        return columns;
    }

    private static Optional<Batch> batch(Random random) {
        if (random.nextBoolean()) {
            return Optional.empty();
        }
        List<Batch.Sequence> sequences = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            sequences.add(new Batch.Sequence("source " + i, random.nextLong(), number(random)));
        }
        return Optional.of(new Batch(sequences, sequences.isEmpty() ? List.of() : columns(random, sequences.size())));
    }

    private static double number(Random random) {
        return random.nextInt(3) == 0
                ? HARD[random.nextInt(HARD.length)]
                : Double.longBitsToDouble(random.nextLong() & ~(1L << 62) | (1L << 61));
    }
}
