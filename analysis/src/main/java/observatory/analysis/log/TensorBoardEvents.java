package observatory.analysis.log;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * TensorBoard event files, written by Megatron, DeepSpeed, torchtitan, Hugging Face, Lightning and most others; one
 * file, or the folder of one run. Which series is the loss is decided by what the first
 * {@value #LOOK_AHEAD} bytes hold.
 */
public final class TensorBoardEvents implements LogFormat {
    private static final int LOOK_AHEAD = 4 << 20;

    @Override
    public String name() {
        return "tensorboard";
    }

    @Override
    public boolean recognises(Head head) {
        return RecordReader.lengthIsSound(head.bytes());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        List<Path> files = source.files();
        SeriesNames names = source.names();
        names.learn(tags(source.still(), files));
        Recording recording = new Recording(source, names, sink);
        Meter meter = new Meter(files, source.progress());
        Optional<Path> file = Optional.of(files.getFirst());
        while (file.isPresent()) {
            read(source, file.get(), recording, meter);
            file = source.after(file.get());
        }
        return recording.finish();
    }

    private static Set<String> tags(LogSource source, List<Path> files) {
        Set<String> tags = new LinkedHashSet<>();
        for (Path file : files) {
            try (RecordReader records = new RecordReader(source, file)) {
                Optional<byte[]> record = records.next();
                while (record.isPresent() && records.offset() < LOOK_AHEAD) {
                    event(record.get()).ifPresent(event -> event.values().forEach(value -> tags.add(value.tag())));
                    record = records.next();
                }
            }
        }
        return tags;
    }

    private static Optional<ScalarEvent> event(byte[] record) {
        try {
            return Optional.of(ScalarEvent.read(record));
        } catch (Wire.Malformed damaged) {
            return Optional.empty(); // counted as skipped by the pass that hands frames on
        }
    }

    private static void read(LogSource source, Path file, Recording recording, Meter meter) {
        try (RecordReader records = new RecordReader(source, file)) {
            for (Optional<byte[]> record = records.next(); record.isPresent(); record = records.next()) {
                event(record.get()).ifPresentOrElse(event -> take(event, recording), () -> recording.skip(1));
                meter.at(records.offset());
            }
            recording.skip(records.skipped());
            records.stopped().ifPresent(records.damaged() ? recording::endsDamaged : recording::remark);
        }
        meter.endOf(file);
    }

    private static void take(ScalarEvent event, Recording recording) {
        if (event.start()) {
            recording.startsAt(event.step());
        }
        Instant time = Clock.seconds(event.wallSeconds()).orElse(Instant.EPOCH);
        for (ScalarEvent.Value value : event.values()) {
            recording.put(event.step(), time, value.tag(), value.value());
        }
    }
}
