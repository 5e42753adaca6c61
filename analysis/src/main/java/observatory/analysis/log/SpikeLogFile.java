package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import observatory.probe.Frame;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import observatory.stream.wire.Json;

/** Our own spike log, and any other recording of frames and events as JSON lines: they are handed on as they are. */
public final class SpikeLogFile implements LogFormat {
    @Override
    public String name() {
        return "observatory-jsonl";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream().filter(line -> !line.isBlank()).limit(2).anyMatch(SpikeLogFile::isOurs);
    }

    private static boolean isOurs(String line) {
        return isHead(line) || type(line).equals("frame") || type(line).equals("event");
    }

    /** The first line of a spike log is its incident. */
    private static boolean isHead(String line) {
        return type(line).equals("spike-log");
    }

    private static String type(String line) {
        if (!line.startsWith("{")) {
            return "";
        }
        try {
            return Json.mapper().readTree(line).path("type").asText();
        } catch (JsonProcessingException other) {
            return "";
        }
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        AtomicLong frames = new AtomicLong();
        AtomicLong damaged = new AtomicLong();
        List<String> remarks = new ArrayList<>();
        TextLog.each(source, remarks::add, line -> {
            if (line.isBlank()) {
                return;
            }
            try {
                Telemetry item = Codec.decode(line.getBytes(StandardCharsets.UTF_8));
                sink.accept(item);
                frames.addAndGet(item instanceof Frame ? 1 : 0);
            } catch (CodecException e) {
                damaged.addAndGet(isHead(line) ? 0 : 1);
            }
        });
        return new Reading(frames.get(), damaged.get(), remarks);
    }
}
