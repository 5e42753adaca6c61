package observatory.analysis.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import observatory.probe.Frame;

/** A log read whole, for tests. */
public record Read(List<Frame> frames, Reading reading) {
    public static Read of(Path path) {
        return of(LogFormats.find(path, Optional.empty()), path);
    }

    static Read of(LogFormat format, Path path) {
        List<Frame> frames = new ArrayList<>();
        Reading reading = format.read(new LogSource(path, Progress.NONE), item -> {
            if (item instanceof Frame frame) {
                frames.add(frame);
            }
        });
        return new Read(frames, reading);
    }

    static Read of(LogFormat format, Path folder, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("tfevents.log"), content);
        return of(format, file);
    }

    /** The values of a series, in order. */
    double[] series(String name) {
        return frames.stream()
                .map(frame -> frame.scalars().find(name))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .toArray();
    }

    long[] steps() {
        return frames.stream().mapToLong(Frame::step).toArray();
    }
}
