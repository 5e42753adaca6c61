package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * {@code probe.*.jsonl} of Meta Lingua and xFormers (lingua/probe.py): statistics of every matrix product of a step, by
 * module, {@code layers.0.attention.wq::out}. They become sites; see {@link LinguaSite}.
 */
public final class LinguaProbe implements LogFormat {
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonRow.JSON);

    @Override
    public String name() {
        return "lingua-probe-jsonl";
    }

    @Override
    public boolean recognises(Head head) {
        String start = new String(head.bytes(), 0, Math.min(4096, head.length()), StandardCharsets.UTF_8);
        return start.startsWith("{\"data\": {\"") && start.contains("::");
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        FrameWriter out = new FrameWriter(source.name(), sink);
        AtomicLong last = new AtomicLong(Long.MIN_VALUE);
        AtomicLong damaged = new AtomicLong();
        List<String> remarks = new ArrayList<>();
        TextLog.each(
                source,
                remarks::add,
                line -> document(line)
                        .ifPresentOrElse(
                                document -> frame(document, last, out),
                                () -> damaged.addAndGet(line.isBlank() ? 0 : 1)));
        return new Reading(out.written(), damaged.get(), remarks);
    }

    private static Optional<JsonNode> document(String line) {
        try {
            JsonNode document = MAPPER.readTree(line);
            return Optional.of(document).filter(found -> found.path("data").isObject());
        } catch (JsonProcessingException damaged) {
            return Optional.empty(); // counted by the caller
        }
    }

    private static void frame(JsonNode document, AtomicLong last, FrameWriter out) {
        long step = document.path("meta").path("it").asLong(last.get() + 1);
        if (step <= last.get()) {
            out.nextIncarnation();
        }
        last.set(step);
        SiteTable table = new SiteTable();
        for (Map.Entry<String, JsonNode> entry : document.path("data").properties()) {
            LinguaSite.of(entry.getKey()).ifPresent(site -> site.metrics(new Statistics(entry.getValue()), table));
        }
        out.write(step, Instant.EPOCH, Scalars.none(), table.build());
    }

    /** What lingua tells of one tensor. */
    record Statistics(JsonNode node) {
        OptionalDouble number(String name) {
            JsonNode value = node.path(name);
            return value.isNumber() ? OptionalDouble.of(value.doubleValue()) : OptionalDouble.empty();
        }

        /** Root mean square, from mean and standard deviation. */
        OptionalDouble rms() {
            OptionalDouble mean = number("mean");
            OptionalDouble deviation = number("std");
            return mean.isPresent() && deviation.isPresent()
                    ? OptionalDouble.of(Math.hypot(mean.getAsDouble(), deviation.getAsDouble()))
                    : OptionalDouble.empty();
        }

        OptionalDouble absMax() {
            OptionalDouble least = number("min");
            OptionalDouble greatest = number("max");
            return least.isPresent() && greatest.isPresent()
                    ? OptionalDouble.of(Math.max(Math.abs(least.getAsDouble()), Math.abs(greatest.getAsDouble())))
                    : OptionalDouble.empty();
        }

        /** Number of elements. */
        double elements() {
            double product = 1;
            for (JsonNode extent : node.path("shape")) {
                product *= extent.asDouble();
            }
            return product;
        }
    }
}
