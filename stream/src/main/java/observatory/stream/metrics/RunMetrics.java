package observatory.stream.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Scalars;

/**
 * What a reader's frames tell of one run: where it stands, what was not finite, how near its formats are to their
 * limits. Of everything measured at sites there is one number a run and kind of tensor, never one a layer.
 */
final class RunMetrics {
    private static final Pattern HEADROOM = Pattern.compile("(fp16|bf16|e4m3|e5m2)_headroom_bits");
    /** Of the steps whose noise estimates count, as an exponential mean: single ones are worth nothing. */
    private static final double MEMORY = 0.98;

    private final MeterRegistry registry;
    private final String run;
    private final AtomicReference<Frame> latest = new AtomicReference<>();
    private final Map<Tags, AtomicReference<Double>> headroom = new ConcurrentHashMap<>();
    private final Counter skipped;
    private final Timer observing;
    private double trace;
    private double square;
    private volatile double noiseTokens = Double.NaN;

    RunMetrics(MeterRegistry registry, String run) {
        this.registry = registry;
        this.run = run;
        gauge("observatory.run.step", "The latest step", Frame::step);
        gauge(
                "observatory.run.last.record.timestamp.seconds",
                "When the latest step was, by the trainer's clock",
                frame -> frame.time().toEpochMilli() / 1e3);
        gauge("observatory.run.loss", "Mean cross-entropy in nats", frame -> scalar(frame, Scalars.LOSS));
        gauge(
                "observatory.run.gradient.norm",
                "Global norm of the gradient before clipping",
                frame -> scalar(frame, Scalars.GRADIENT_NORM));
        gauge(
                "observatory.overhead.ratio",
                "Share of the step's time that went into observing",
                frame -> scalar(frame, Scalars.OBSERVER_SECONDS) / scalar(frame, Scalars.STEP_SECONDS));
        gauge(
                "observatory.gradient.noise.scale.tokens",
                "Gradient noise scale, a mean of about fifty steps",
                frame -> noiseTokens);
        this.skipped = Counter.builder("observatory.skipped.steps")
                .tag("run", run)
                .description("Optimiser steps that were skipped because a gradient was not finite")
                .register(registry);
        this.observing = Timer.builder("observatory.hook.duration")
                .tag("phase", "step")
                .description("What all hooks of a step took of the training thread's time")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(10_000))
                .maximumExpectedValue(Duration.ofSeconds(1))
                .register(registry);
    }

    void read(Frame frame) {
        latest.set(frame);
        Scalars scalars = frame.scalars();
        if (scalars.find(Scalars.SKIPPED).orElse(0) > 0) {
            skipped.increment();
        }
        OptionalDouble seconds = scalars.find(Scalars.OBSERVER_SECONDS);
        if (seconds.isPresent() && Double.isFinite(seconds.getAsDouble())) {
            observing.record(Duration.ofNanos((long) (1e9 * seconds.getAsDouble())));
        }
        noise(scalars);
        for (Column column : frame.sites().columns()) {
            if (column.metric().equals("nan") || column.metric().equals("inf")) {
                nonFinite(frame, column);
            }
            Matcher format = HEADROOM.matcher(column.metric());
            if (format.matches()) {
                headroom(frame, column, format.group(1));
            }
        }
    }

    /** Takes back every series of this run. */
    void forget() {
        registry.getMeters().stream()
                .filter(meter -> run.equals(meter.getId().getTag("run")))
                .forEach(registry::remove);
    }

    private void nonFinite(Frame frame, Column column) {
        for (int i = 0; i < column.size(); i++) {
            if (column.values()[i] > 0) {
                Counter.builder("observatory.nonfinite.values")
                        .tag("run", run)
                        .tag("tensor_kind", kind(frame, column, i))
                        .description("Elements that were NaN or infinite")
                        .register(registry)
                        .increment(column.values()[i]);
            }
        }
    }

    /** The least of each kind of tensor in the latest frame that tells. */
    private void headroom(Frame frame, Column column, String format) {
        Map<String, Double> least = new TreeMap<>();
        for (int i = 0; i < column.size(); i++) {
            least.merge(kind(frame, column, i), column.values()[i], Math::min);
        }
        least.forEach((kind, bits) -> headroom.computeIfAbsent(
                        Tags.of("run", run, "format", format, "kind", kind), this::headroom)
                .set(bits));
    }

    private AtomicReference<Double> headroom(Tags tags) {
        AtomicReference<Double> bits = new AtomicReference<>(Double.NaN);
        Gauge.builder("observatory.precision.headroom.bits", bits, AtomicReference::get)
                .tags(tags)
                .description("Doublings left before the format overflows, of the worst tensor of a kind")
                .strongReference(true)
                .register(registry);
        return bits;
    }

    private void noise(Scalars scalars) {
        double nowTrace = scalar(scalars, "gradient_noise_trace");
        double nowSquare = scalar(scalars, "gradient_noise_square");
        double sequence = scalar(scalars, Scalars.TOKENS) / scalar(scalars, Scalars.BATCH_SEQUENCES);
        if (Double.isFinite(nowTrace) && Double.isFinite(nowSquare) && Double.isFinite(sequence)) {
            trace = MEMORY * trace + (1 - MEMORY) * nowTrace;
            square = MEMORY * square + (1 - MEMORY) * nowSquare;
            noiseTokens = trace > 0 && square > 0 ? trace / square * sequence : Double.NaN;
        }
    }

    private static String kind(Frame frame, Column column, int i) {
        Hook hook = frame.sites().sites().get(column.at()[i]).hook();
        return hook.activation() ? "activation" : hook.name().toLowerCase(Locale.ROOT);
    }

    private void gauge(String name, String tells, ToDoubleFunction<Frame> value) {
        Gauge.builder(name, latest, frame -> frame.get() == null ? Double.NaN : value.applyAsDouble(frame.get()))
                .tag("run", run)
                .description(tells)
                .strongReference(true)
                .register(registry);
    }

    private static double scalar(Frame frame, String name) {
        return scalar(frame.scalars(), name);
    }

    private static double scalar(Scalars scalars, String name) {
        return scalars.find(name).orElse(Double.NaN);
    }
}
