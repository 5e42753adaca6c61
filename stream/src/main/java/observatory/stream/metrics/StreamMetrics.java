package observatory.stream.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.function.ToDoubleFunction;
import observatory.probe.Frame;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.spool.Spool;
import observatory.stream.wire.CodecException;

/**
 * The metrics of the stream: where every captured item is, the spool, what readers could not read, and each run as a
 * reader sees it. The only label per run is its name. What is read is read by one thread.
 */
public final class StreamMetrics {
    /** Of runs that ended long ago nobody asks, and each costs a dozen series at every scrape. */
    static final int MOST_RUNS = 500;

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Instant began;
    /** In the order in which they were heard of last. */
    private final LinkedHashMap<String, RunMetrics> runs = new LinkedHashMap<>(16, 0.75f, true);

    public StreamMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.began = clock.instant();
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
        FunctionCounter.builder("observatory.records", spool, Spool::kept)
                .tag("run", run)
                .tag("outcome", "spooled")
                .description("Items by what became of them")
                .register(registry);
        Gauge.builder(
                        "observatory.spool.oldest.record.timestamp.seconds",
                        spool,
                        one -> one.oldest()
                                .map(time -> time.toEpochMilli() / 1e3)
                                .orElse(Double.NaN))
                .description("When the oldest item was captured that the broker does not have, by the trainer's clock")
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
        for (CodecException.Reason reason : CodecException.Reason.values()) {
            FunctionCounter.builder("observatory.schema.rejected", reader, one -> one.unreadable(reason))
                    .tag("reason", reason.label())
                    .description("Records that are no telemetry")
                    .register(registry);
        }
    }

    /** An item as it reached a reader; of the runs beyond {@link #MOST_RUNS} those not heard of longest are forgotten. */
    public void read(Telemetry item) {
        Duration delay = Duration.between(item.time(), clock.instant());
        // What was there before we looked has an age, not a delay: after a restart some thousand records are read
        // again.
        if (!delay.isNegative() && !item.time().isBefore(began)) {
            Timer.builder("observatory.end.to.end.delay")
                    .description("From a training step since the start to the reader")
                    .publishPercentileHistogram()
                    .maximumExpectedValue(Duration.ofMinutes(1))
                    .register(registry)
                    .record(delay);
        }
        if (item instanceof Frame frame) {
            runs.computeIfAbsent(item.origin().run().value(), run -> new RunMetrics(registry, run))
                    .read(frame);
            if (runs.size() > MOST_RUNS) {
                runs.pollFirstEntry().getValue().forget();
            }
        }
    }

    /** Records that an analysis set aside, by reason. */
    public void watch(String topic, ToDoubleFunction<CodecException.Reason> deadLetters) {
        for (CodecException.Reason reason : CodecException.Reason.values()) {
            FunctionCounter.builder("observatory.dead.letters", reason, deadLetters)
                    .tag("topic", topic)
                    .tag("reason", reason.label())
                    .description("Records that the analysis could not read")
                    .register(registry);
        }
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
}
