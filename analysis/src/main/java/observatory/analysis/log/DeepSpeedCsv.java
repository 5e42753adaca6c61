package observatory.analysis.log;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * The CSV monitor of DeepSpeed (deepspeed/monitor/csv_monitor.py): a file per tag, {@code
 * Train_Samples_train_loss.csv} with the header {@code step,train_loss}. Its steps are global samples.
 */
public final class DeepSpeedCsv implements LogFormat {
    static final String FILE_NAME = "(Train|Validation)_Samples_.*\\.csv";

    @Override
    public String name() {
        return "deepspeed-csv";
    }

    @Override
    public boolean recognises(Head head) {
        Set<String> tags = Set.of("train_loss", "lr", "loss_scale", "eval_loss");
        return CsvTable.of(head)
                .filter(table -> table.columns().size() == 2
                        && table.columns().getFirst().equals("step"))
                .filter(table -> tags.contains(table.columns().get(1)))
                .isPresent();
    }

    @Override
    public boolean rewritten() {
        return true;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        List<Path> files = source.files();
        Recording recording = new Recording(source, source.names(), sink);
        recording.remark("the steps of this log are global samples");
        Meter meter = new Meter(files, source.progress());
        TreeMap<Long, Map<String, Double>> steps = new TreeMap<>();
        for (Path file : files) {
            try (Lines lines = new Lines(source.still(), file)) {
                column(lines, file, steps, recording);
            }
            meter.endOf(file);
        }
        steps.forEach((step, values) -> values.forEach((tag, value) -> recording.put(step, Instant.EPOCH, tag, value)));
        return recording.finish();
    }

    private static void column(Lines lines, Path file, TreeMap<Long, Map<String, Double>> steps, Recording recording) {
        String tag = "";
        for (var next = lines.next(); next.isPresent(); next = lines.next()) {
            String[] cells = next.get().split(",", 3);
            var step = LogNumber.parse(cells[0]);
            var value = cells.length == 2 ? LogNumber.parse(cells[1]) : java.util.OptionalDouble.empty();
            if (tag.isEmpty() && cells.length == 2) {
                tag = cells[1].strip();
            } else if (step.isPresent() && value.isPresent()) {
                if (steps.size() > 10_000_000) {
                    throw new LogException(
                            file, lines.offset(), "a CSV monitor of more than 10,000,000 steps", "split it");
                }
                steps.computeIfAbsent((long) step.getAsDouble(), s -> new java.util.LinkedHashMap<>(4))
                        .put(tag, value.getAsDouble());
            } else if (!next.get().isBlank()) {
                recording.skip(1);
            }
        }
    }
}
