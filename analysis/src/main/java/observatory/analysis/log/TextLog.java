package observatory.analysis.log;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import observatory.probe.Telemetry;

/** Reads a log line by line: what every format of text has in common. */
final class TextLog {
    private TextLog() {}

    /** Hands each line to what {@code reader} makes of a place for values. */
    static Reading read(LogSource source, Consumer<? super Telemetry> sink, Function<Values, Consumer<String>> reader) {
        Recording recording = new Recording(source, source.names(), sink);
        each(source, reader.apply(recording));
        return recording.finish();
    }

    /** Every line of a source, with its progress. */
    static void each(LogSource source, Consumer<String> line) {
        Meter meter = new Meter(source.files(), source.progress());
        Optional<Path> file = Optional.of(source.files().getFirst());
        while (file.isPresent()) {
            try (Lines lines = new Lines(source, file.get())) {
                for (Optional<String> next = lines.next(); next.isPresent(); next = lines.next()) {
                    line.accept(next.get());
                    meter.at(lines.offset());
                }
            }
            meter.endOf(file.get());
            file = source.after(file.get());
        }
    }
}
