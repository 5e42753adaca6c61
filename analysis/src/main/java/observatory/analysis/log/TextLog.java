package observatory.analysis.log;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import observatory.probe.Telemetry;

/** Reads a log line by line: what every format of text has in common. */
final class TextLog {
    private TextLog() {}

    /** Hands each line to what {@code reader} makes of a place for values. */
    static Reading read(
            LogSource source, Consumer<? super Telemetry> frames, Function<Values, Consumer<String>> reader) {
        return read(source, new SeriesNames(), frames, reader);
    }

    static Reading read(
            LogSource source,
            SeriesNames names,
            Consumer<? super Telemetry> frames,
            Function<Values, Consumer<String>> reader) {
        Recording recording = new Recording(source, names, frames);
        Consumer<String> line = reader.apply(recording);
        each(source, line);
        return recording.finish();
    }

    /** Every line of a source, with its progress. */
    static void each(LogSource source, Consumer<String> line) {
        Meter meter = new Meter(source.files(), source.progress());
        for (java.nio.file.Path file : source.files()) {
            try (Lines lines = new Lines(file)) {
                for (Optional<String> next = lines.next(); next.isPresent(); next = lines.next()) {
                    line.accept(next.get());
                    meter.at(lines.offset());
                }
            }
            meter.endOf(file);
        }
    }
}
