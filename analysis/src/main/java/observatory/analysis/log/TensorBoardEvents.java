package observatory.analysis.log;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Frame;

/**
 * TensorBoard event files, written by Megatron, DeepSpeed, torchtitan, Hugging Face, Lightning and most others; one
 * file, or the folder of one run. Which series is the loss is decided by what the first {@value #LOOK_AHEAD} bytes hold.
 */
public final class TensorBoardEvents implements LogFormat {
    static final String FILE_NAME_PART = "tfevents";
    private static final int LOOK_AHEAD = 4 << 20;
    private static final int MOST_REMARKS = 20;

    @Override
    public String name() {
        return "tensorboard";
    }

    @Override
    public boolean recognises(byte[] head) {
        return RecordReader.lengthIsSound(head);
    }

    @Override
    public Reading read(LogSource source, Consumer<Frame> frames) {
        List<Path> files = source.files(FILE_NAME_PART);
        Map<String, String> names = SeriesNames.choose(tags(files));
        Pass pass = new Pass(names, new FrameWriter(source.name(), frames));
        Meter meter = new Meter(files, source.progress());
        for (Path file : files) {
            pass.read(file, meter);
        }
        return pass.finish();
    }

    private static Set<String> tags(List<Path> files) {
        Set<String> tags = new HashSet<>();
        for (Path file : files) {
            try (RecordReader records = new RecordReader(file)) {
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

    /** One reading of all files. */
    private static final class Pass {
        private final Map<String, String> names;
        private final FrameWriter out;
        private final StepJoin join;
        private final List<String> remarks = new ArrayList<>();
        private long skipped;

        Pass(Map<String, String> names, FrameWriter out) {
            this.names = names;
            this.out = out;
            this.join = new StepJoin(out);
        }

        void read(Path file, Meter meter) {
            try (RecordReader records = new RecordReader(file)) {
                for (Optional<byte[]> record = records.next(); record.isPresent(); record = records.next()) {
                    event(record.get()).ifPresentOrElse(this::take, () -> skipped++);
                    meter.at(records.offset());
                }
                skipped += records.skipped();
                records.stopped().filter(why -> remarks.size() < MOST_REMARKS).ifPresent(remarks::add);
            }
            meter.endOf(file);
        }

        private void take(ScalarEvent event) {
            if (event.start()) {
                join.startsAt(event.step());
            }
            Instant time = time(event.wallSeconds());
            for (ScalarEvent.Value value : event.values()) {
                join.put(event.step(), time, names.getOrDefault(value.tag(), value.tag()), value.value());
            }
        }

        /** A wall time that is no time says nothing about the values: they are kept, at the epoch. */
        private static Instant time(double seconds) {
            boolean sane = seconds >= 0 && seconds < 1e11;
            return sane ? Instant.ofEpochMilli((long) (seconds * 1000)) : Instant.EPOCH;
        }

        Reading finish() {
            join.flush();
            if (skipped > 0) {
                remarks.add(skipped + " damaged records were left out");
            }
            if (join.refused() > 0) {
                remarks.add(join.refused() + " values of too many different series were left out");
            }
            if (join.late() > 0) {
                remarks.add(join.late() + " values of steps long past were left out");
            }
            if (out.incarnation() > 0) {
                remarks.add("the step goes back " + out.incarnation() + " times: the run was restarted");
            }
            return new Reading(out.written(), skipped, remarks);
        }
    }
}
