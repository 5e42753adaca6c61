package observatory.analysis.log;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import observatory.probe.Telemetry;

/** Reads a log line by line: what every format of text has in common. */
final class TextLog {
    private static final int SHOWN = 60; // characters

    private TextLog() {}

    /** Hands each line to what {@code reader} makes of a place for values. */
    static Reading read(LogSource source, Consumer<? super Telemetry> sink, Function<Values, Consumer<String>> reader) {
        Recording recording = new Recording(source, source.names(), sink);
        each(source, recording::remark, reader.apply(recording));
        return recording.finish();
    }

    /**
     * Every line of a source, with its progress. A last line without its end is left out, with a remark, where it cannot be
     * whole, and where it need not be and a later reading may find it so.
     */
    static void each(LogSource source, Consumer<String> remark, Consumer<String> line) {
        Meter meter = new Meter(source.files(), source.progress());
        Optional<Path> file = Optional.of(source.files().getFirst());
        while (file.isPresent()) {
            try (Lines lines = new Lines(source, file.get())) {
                for (Optional<String> next = lines.next(); next.isPresent(); next = lines.next()) {
                    if (lines.ended() || taken(next.get(), source.growing())) {
                        line.accept(next.get());
                    } else {
                        remark.accept("the last line has no line end and was left out, as it may be cut off: "
                                + next.get()
                                        .substring(0, Math.min(SHOWN, next.get().length())));
                    }
                    meter.at(lines.offset());
                }
            }
            meter.endOf(file.get());
            file = source.after(file.get());
        }
    }

    /** What stands in braces is whole where they close. Of other text nobody knows whether its last number is. */
    private static boolean taken(String line, boolean growing) {
        int open = line.indexOf('{');
        if (open >= 0 && line.endsWith("}") && depth(line) == 0) {
            return true;
        }
        return open != 0 && !growing;
    }

    private static long depth(String line) {
        return line.chars().filter(c -> c == '{').count()
                - line.chars().filter(c -> c == '}').count();
    }
}
