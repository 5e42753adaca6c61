package observatory.stream.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.DoubleStream;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import org.apache.commons.math3.stat.StatUtils;

/**
 * How long a training step takes while the broker is there and while it is gone: a fixed piece of
 * arithmetic and the frame that is offered after it, before, during and after an outage. And how fast what
 * was kept meanwhile is delivered.
 */
final class Outage {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int SITES = 100;
    /** Of arithmetic in a step: some milliseconds. */
    private static final int OPERATIONS = 4_000_000;

    private final Path folder;
    private final int steps;
    private final LongSupplier nanoTime;
    private long seq;
    private double sink;

    /** @param steps during the outage; half as many before and after it */
    Outage(Path folder, int steps, LongSupplier nanoTime) {
        this.folder = folder;
        this.steps = steps;
        this.nanoTime = nanoTime;
    }

    /** Medians; the drain in steps a second. */
    record Result(double stepMillisWithBroker, double stepMillisWithout, double drainedStepsPerSecond) {
        double ratio() {
            return stepMillisWithout / stepMillisWithBroker;
        }
    }

    Result run() throws IOException, InterruptedException {
        Origin origin = new Origin(new RunId("bench-outage"), 0, UUID.randomUUID(), 0);
        Broker broker = Broker.start(folder.resolve("outage"), 0);
        int port = broker.port();
        try (Spool spool = new Spool(folder.resolve("outage-spool"), origin.writer(), 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            StreamBench.createTopics(broker);
            sender.connect(broker.bootstrap());
            train(spool, origin, steps / 4);
            double[] before = train(spool, origin, steps / 2);
            drain(spool, sender);
            broker.close();
            double[] during = train(spool, origin, steps);
            broker = Broker.start(folder.resolve("outage"), port);
            if (broker.port() != port) {
                throw new IOException("somebody took port " + port + " while the broker was away; run it again");
            }
            long began = nanoTime.getAsLong();
            drain(spool, sender);
            double drained = steps / ((nanoTime.getAsLong() - began) / 1e9);
            double[] after = train(spool, origin, steps / 2);
            drain(spool, sender);
            double[] with = DoubleStream.concat(Arrays.stream(before), Arrays.stream(after))
                    .toArray();
            return new Result(StatUtils.percentile(with, 50), StatUtils.percentile(during, 50), drained);
        } finally {
            broker.close();
        }
    }

    /** So many steps; the milliseconds each took. */
    private double[] train(Spool spool, Origin origin, int count) {
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            long began = nanoTime.getAsLong();
            sink += arithmetic();
            while (!spool.offer(Measured.frame(origin, seq, SITES))) {
                LockSupport.parkNanos(1_000_000); // Counted: a trainer would not wait, and lose a frame.
            }
            millis[i] = (nanoTime.getAsLong() - began) / 1e6;
            seq++;
        }
        return millis;
    }

    private double arithmetic() {
        double x = 1 + sink * 1e-300;
        for (int i = 0; i < OPERATIONS; i++) {
            x = Math.fma(x, 0.999999, 1e-6);
        }
        return x;
    }

    private static void drain(Spool spool, Sender sender) throws IOException {
        if (!spool.drain(PATIENCE)) {
            throw new IOException("not all frames arrived in " + PATIENCE.toSeconds() + " s: " + sender.trouble());
        }
    }
}
