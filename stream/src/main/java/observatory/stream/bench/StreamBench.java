package observatory.stream.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import org.apache.kafka.clients.admin.Admin;

/**
 * Measures the way of telemetry on this machine: encoding, decoding, spool to topic to reader, and how long a frame
 * takes from the training thread to whoever reads it. Rates are per second of processor time, so that other programs on
 * the machine make less of a difference; delays are wall time.
 */
public final class StreamBench {
    /** Frames before the measured ones, so that connections are made and code is compiled. */
    private static final int WARM_UP = 60;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Workload work;
    private final Consumer<String> progress;

    public StreamBench(Workload work, Consumer<String> progress) {
        this.work = work;
        this.progress = progress;
    }

    /**
     * @param sites in each frame, of {@value Measured#METRICS} metrics each
     * @param frames for the throughput; {@code paced} at 20 a second for the delay
     * @param outage training steps while the broker is gone
     */
    public record Workload(int sites, int frames, int paced, int outage) {
        public static final Workload STANDARD = new Workload(2000, 2000, 400, 1000);
    }

    /** What was measured; bytes are of Smile, the form in which frames travel. */
    public record Result(
            int sites,
            int valuesPerFrame,
            int bytesPerFrame,
            double encodeBytesPerSecondPerCore,
            double encodedValuesPerSecondPerCore,
            double decodedValuesPerSecondPerCore,
            double jsonDecodedValuesPerSecondPerCore,
            double offerMicrosP50,
            double offerMicrosP99,
            double brokerStartSeconds,
            double framesPerSecondPerCore,
            double valuesPerSecondPerCore,
            double hookToConsumerP50Millis,
            double hookToConsumerP99Millis,
            double stepMillisWithBroker,
            double stepMillisWithoutBroker,
            double outageStepRatio,
            double drainedStepsPerSecond) {}

    /** @param folder for broker and spool, deleted by whoever made it */
    public Result run(Path folder) throws IOException, InterruptedException {
        Origin origin = new Origin(new RunId("bench"), 0, UUID.randomUUID(), 0);
        Frame frame = Measured.frame(origin, 0, work.sites());
        byte[] smile = Codec.smile(frame);
        byte[] json = Codec.json(frame);
        int values = Measured.METRICS * work.sites();
        progress.accept("encoding and decoding frames of " + work.sites() + " sites");
        double encoded = Measured.perCpuSecond(() -> Codec.smile(frame).length);
        double decoded = Measured.perCpuSecond(() -> decode(smile));
        double jsonDecoded = Measured.perCpuSecond(() -> decode(json));
        Delivered delivered = delivered(folder);
        progress.accept("training " + work.outage() + " steps without a broker");
        Outage.Result outage = new Outage(folder, work.outage(), System::nanoTime).run();
        double perCore = work.frames() / delivered.throughput().cpuSeconds();
        Flow paced = delivered.paced();
        return new Result(
                work.sites(),
                values,
                smile.length,
                encoded * smile.length,
                encoded * values,
                decoded * values,
                jsonDecoded * values,
                quantile(paced.offerNanos(), 0.5) / 1e3,
                quantile(paced.offerNanos(), 0.99) / 1e3,
                delivered.startSeconds(),
                perCore,
                perCore * values,
                quantile(paced.delayNanos(), 0.5) / 1e6,
                quantile(paced.delayNanos(), 0.99) / 1e6,
                outage.stepMillisWithBroker(),
                outage.stepMillisWithout(),
                outage.ratio(),
                outage.drainedStepsPerSecond());
    }

    private record Delivered(double startSeconds, Flow throughput, Flow paced) {}

    /** With a broker that is started for it. */
    private Delivered delivered(Path folder) throws IOException, InterruptedException {
        progress.accept("starting a broker");
        long began = System.nanoTime();
        try (Broker broker = Broker.start(folder.resolve("broker"), 0)) {
            double start = (System.nanoTime() - began) / 1e9;
            createTopics(broker);
            progress.accept("sending " + work.frames() + " frames as fast as they go");
            Flow throughput = flow(broker, folder, work.frames(), Duration.ZERO);
            progress.accept("sending " + work.paced() + " frames at 20 a second");
            return new Delivered(start, throughput, flow(broker, folder, work.paced(), Duration.ofMillis(50)));
        }
    }

    private record Flow(double cpuSeconds, long[] offerNanos, long[] delayNanos) {}

    /** Frames through spool, sender and broker to a reader that decodes them. */
    private Flow flow(Broker broker, Path folder, int measured, Duration pace)
            throws IOException, InterruptedException {
        int frames = WARM_UP + measured;
        Origin origin = new Origin(new RunId("bench-" + frames), 0, UUID.randomUUID(), 0);
        AtomicLongArray offered = new AtomicLongArray(frames);
        AtomicLongArray arrived = new AtomicLongArray(frames);
        Thread reading = Thread.ofPlatform().daemon().start(() -> read(broker, origin, arrived));
        long[] offerNanos = new long[frames];
        long cpu = Measured.processCpuNanos();
        try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(broker.bootstrap());
            long next = System.nanoTime();
            for (int seq = 0; seq < frames; seq++) {
                if (seq == WARM_UP) {
                    awaitArrival(arrived, seq - 1);
                    cpu = Measured.processCpuNanos();
                    next = System.nanoTime();
                }
                Frame frame = Measured.frame(origin, seq, work.sites());
                for (next += pace.toNanos(); System.nanoTime() < next; ) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
                long now = System.nanoTime();
                offered.set(seq, now);
                while (!spool.offer(frame)) {
                    LockSupport.parkNanos(1_000_000);
                }
                offerNanos[seq] = System.nanoTime() - now;
            }
            reading.join(PATIENCE);
            if (reading.isAlive()) {
                throw new IOException("not all frames arrived in " + PATIENCE.toSeconds() + " s: " + sender.trouble());
            }
        }
        double cpuSeconds = (Measured.processCpuNanos() - cpu) / 1e9;
        long[] delays = new long[measured];
        Arrays.setAll(delays, i -> arrived.get(WARM_UP + i) - offered.get(WARM_UP + i));
        return new Flow(cpuSeconds, Arrays.copyOfRange(offerNanos, WARM_UP, frames), delays);
    }

    private static void awaitArrival(AtomicLongArray arrived, int seq) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (arrived.get(seq) == 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("not even the first frames arrived in " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void read(Broker broker, Origin origin, AtomicLongArray arrived) {
        int count = 0;
        try (FrameReader reader = new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(origin.run()))) {
            while (count < arrived.length()) {
                for (var item : reader.poll()) {
                    arrived.set((int) item.seq(), System.nanoTime());
                    count++;
                }
            }
        }
    }

    static void createTopics(Broker broker) throws IOException, InterruptedException {
        try (Admin admin = Connection.to(broker.bootstrap()).admin()) {
            Topics.STANDARD.create(admin, 1);
        } catch (ExecutionException e) {
            throw new IOException(
                    "the topics cannot be created: " + e.getCause().getMessage(), e);
        }
    }

    private static long decode(byte[] bytes) {
        try {
            return Codec.decode(bytes).seq();
        } catch (CodecException e) {
            throw new IllegalStateException("what this program wrote it can read", e);
        }
    }

    private static double quantile(long[] nanos, double share) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    }
}
