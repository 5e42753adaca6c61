package observatory.analysis.log;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
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
        StepTable table = new StepTable(source.path());
        for (Path file : files) {
            try (Lines lines = new Lines(source.still(), file)) {
                column(lines, table, recording);
            }
            meter.endOf(file);
        }
        table.writeTo(recording);
        return recording.finish();
    }

    private static void column(Lines lines, StepTable table, Recording recording) {
        String tag = "";
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            String[] cells = line.get().split(",", 3);
            OptionalDouble step = LogNumber.parse(cells[0]);
            OptionalDouble value = cells.length == 2 ? LogNumber.parse(cells[1]) : OptionalDouble.empty();
            if (tag.isEmpty() && cells.length == 2) {
                tag = cells[1].strip();
            } else if (step.isPresent() && value.isPresent()) {
                table.put((long) step.getAsDouble(), tag, value.getAsDouble(), lines.offset());
            } else if (!line.get().isBlank()) {
                recording.skip(1);
            }
        }
    }
}
