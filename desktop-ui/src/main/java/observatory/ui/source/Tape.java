package observatory.ui.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import observatory.analysis.SpikeLog;
import observatory.analysis.log.LogException;
import observatory.analysis.log.LogFormat;
import observatory.analysis.log.LogFormats;
import observatory.analysis.log.LogSource;
import observatory.analysis.log.Progress;
import observatory.analysis.log.Reading;
import observatory.probe.Telemetry;

/**
 * A run on disk: a spike log of ours, or any log that a post-mortem reads.
 *
 * @param format what it was read as
 * @param remarks what one should know about how it was read, one sentence each
 */
public record Tape(String format, List<String> remarks) {
    private static final int HEAD = 4096;

    public Tape {
        remarks = List.copyOf(remarks);
    }

    /**
     * Hands everything in the file to {@code sink}, in its order.
     *
     * @param given its format, where the content does not tell
     * @throws IOException where it cannot be read, or is in no known format; the message says what to do
     */
    public static Tape read(Path path, Optional<LogFormat> given, Consumer<Telemetry> sink) throws IOException {
        if (given.isEmpty() && isSpikeLog(path)) {
            SpikeLog log = SpikeLog.read(path);
            log.telemetry().forEach(sink);
            return new Tape("spike log", List.of());
        }
        try {
            LogFormat format = LogFormats.find(path, given);
            Reading reading = format.read(new LogSource(path, Progress.NONE), sink);
            List<String> remarks = new ArrayList<>(reading.remarks());
            if (reading.skipped() > 0) {
                remarks.add(reading.skipped() + " of its lines or records could not be read.");
            }
            return new Tape(format.name(), remarks);
        } catch (LogException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Whether a file is a recording of ours. */
    public static boolean isSpikeLog(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            String head = new String(in.readNBytes(HEAD), StandardCharsets.UTF_8);
            return head.startsWith("{") && head.contains("\"type\":\"spike-log\"");
        }
    }
}
