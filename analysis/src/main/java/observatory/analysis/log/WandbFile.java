package observatory.analysis.log;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/** {@code run-ID.wandb}, what Weights & Biases keeps on disk, also offline: the history of the run in its records. */
public final class WandbFile implements LogFormat {
    private static final int LOOK_AHEAD = 200; // rows

    @Override
    public String name() {
        return "wandb";
    }

    @Override
    public boolean recognises(Head head) {
        return head.has(0, WandbRecords.MAGIC);
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        Path file = source.files().getFirst();
        SeriesNames names = source.names();
        Recording recording = new Recording(source, names, sink);
        Set<String> tags = ahead(source, file);
        names.learn(tags);
        Rows rows = new Rows(recording, source, tags);
        Meter meter = new Meter(List.of(file), source.progress());
        try (WandbRecords records = new WandbRecords(source, file)) {
            for (Optional<byte[]> record = records.next(); record.isPresent(); record = records.next()) {
                row(record.get(), recording).ifPresent(rows::row);
                meter.at(records.offset());
            }
            recording.skip(records.skipped());
            if (records.torn()) {
                recording.remark(file.getFileName() + " ends inside a record, as the log of a run that was killed");
            }
        }
        meter.endOf(file);
        return recording.finish();
    }

    private static Set<String> ahead(LogSource source, Path file) {
        Set<String> tags = new LinkedHashSet<>();
        int seen = 0;
        try (WandbRecords records = new WandbRecords(source.still(), file)) {
            for (Optional<byte[]> record = records.next();
                    record.isPresent() && seen < LOOK_AHEAD;
                    record = records.next()) {
                try {
                    Optional<Row> row = WandbHistory.read(record.get());
                    row.ifPresent(found -> tags.addAll(found.numbers().keySet()));
                    seen += row.isPresent() ? 1 : 0;
                } catch (Wire.Malformed damaged) {
                    seen++; // counted by the pass that hands frames on
                }
            }
        }
        return tags;
    }

    private static Optional<Row> row(byte[] record, Recording recording) {
        try {
            return WandbHistory.read(record);
        } catch (Wire.Malformed damaged) {
            recording.skip(1);
            return Optional.empty();
        }
    }
}
