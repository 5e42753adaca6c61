package observatory.stream.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.Spool;

/**
 * The metrics of the stream: where every captured item is, the spool, and each run's latest step as a reader sees it. The
 * only label per run is its name.
 */
public final class StreamMetrics {
    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Map<String, AtomicReference<Frame>> latest = new ConcurrentHashMap<>();

    public StreamMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /** The writer's side. */
    public void watch(Spool spool, String run, long limitBytes) {
        records(spool, run, "captured", counts -> counts.captured());
        records(spool, run, "delivered", counts -> counts.delivered());
        records(spool, run, "shed", counts -> counts.shed());
        records(spool, run, "corrupt", counts -> counts.corrupt());
        records(spool, run, "refused", counts -> counts.refused());
        Gauge.builder("observatory.records.spooled", spool, one -> one.counts().spooled())
                .tag("run", run)
                .description("Items on this disk that the broker does not have yet")
                .register(registry);
        Gauge.builder("observatory.spool.bytes", spool, Spool::bytes)
                .description("Room the spool takes")
                .register(registry);
        Gauge.builder("observatory.spool.limit.bytes", () -> limitBytes)
                .description("Room the spool may take")
                .register(registry);
    }

    /** The reader's side. */
    public void watch(FrameReader reader) {
        counter("observatory.duplicate.records", reader, FrameReader::duplicates, "Items that came twice");
        counter("observatory.gap.records", reader, FrameReader::missing, "Items that never came");
        counter("observatory.schema.rejected", reader, FrameReader::unreadable, "Records that are no telemetry");
    }

    /** An item as it reached a reader. */
    public void read(Telemetry item) {
        Duration delay = Duration.between(item.time(), clock.instant());
        if (!delay.isNegative()) {
            Timer.builder("observatory.end.to.end.delay")
                    .description("From the training step to the reader")
                    .publishPercentileHistogram()
                    .maximumExpectedValue(Duration.ofMinutes(1))
                    .register(registry)
                    .record(delay);
        }
        if (item instanceof Frame frame) {
            latest.computeIfAbsent(item.origin().run().value(), this::watch).set(frame);
        }
    }

    private AtomicReference<Frame> watch(String run) {
        AtomicReference<Frame> frame = new AtomicReference<>();
        gauge("observatory.run.step", run, frame, Frame::step);
        gauge("observatory.run.last.record.timestamp.seconds", run, frame, one -> seconds(one.time()));
        gauge("observatory.run.loss", run, frame, one -> scalar(one, Scalars.LOSS));
        gauge("observatory.run.gradient.norm", run, frame, one -> scalar(one, Scalars.GRADIENT_NORM));
        gauge(
                "observatory.overhead.ratio",
                run,
                frame,
                one -> scalar(one, Scalars.OBSERVER_SECONDS) / scalar(one, Scalars.STEP_SECONDS));
        return frame;
    }

    private void gauge(String name, String run, AtomicReference<Frame> frame, ToDoubleFunction<Frame> value) {
        Gauge.builder(name, frame, one -> one.get() == null ? Double.NaN : value.applyAsDouble(one.get()))
                .tag("run", run)
                .strongReference(true)
                .register(registry);
    }

    private void records(Spool spool, String run, String outcome, ToDoubleFunction<Spool.Counts> count) {
        FunctionCounter.builder("observatory.records", spool, one -> count.applyAsDouble(one.counts()))
                .tag("run", run)
                .tag("outcome", outcome)
                .description("Items by what became of them")
                .register(registry);
    }

    private void counter(String name, FrameReader reader, ToDoubleFunction<FrameReader> count, String tells) {
        FunctionCounter.builder(name, reader, count).description(tells).register(registry);
    }

    private static double scalar(Frame frame, String name) {
        return frame.scalars().find(name).orElse(Double.NaN);
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / 1e3;
    }
}
