package observatory.analysis.log;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * Any table of text with a header: columns between commas, tabs, semicolons or blanks. An empty cell
 * is a missing value.
 */
public final class Csv implements LogFormat {
    /** One series as TensorBoard's page hands it out; what it is stands in the name of the file at best. */
    private static final List<String> TENSORBOARD = List.of("Wall time", "Step", "Value");

    @Override
    public String name() {
        return "csv";
    }

    @Override
    public boolean recognises(Head head) {
        return CsvTable.of(head).isPresent();
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        Head head = source.head();
        CsvTable table = CsvTable.of(head)
                .or(() -> CsvTable.begun(head))
                .orElseThrow(() -> new LogException(
                        source.path(), 0, "it has no header and rows of numbers below it", "try another --format"));
        return read(source, table, sink);
    }

    static Reading read(LogSource source, CsvTable table, Consumer<? super Telemetry> sink) {
        SeriesNames names = source.names();
        if (table.columns().equals(TENSORBOARD)) {
            names.learn("Value", Scalars.LOSS);
        }
        names.learn(table.columns());
        Recording recording = new Recording(source, names, sink);
        Rows rows = new Rows(recording, source, new LinkedHashSet<>(table.columns()));
        MissingLoss missing = new MissingLoss(table.columns(), recording);
        TextLog.each(source, recording::remark, line -> {
            List<String> cells = table.split(line);
            if (cells.size() == table.columns().size() && !cells.equals(table.columns())) {
                rows.row(missing.filled(table.row(cells)));
            } else {
                recording.skip(line.isBlank() || line.startsWith("#") || cells.equals(table.columns()) ? 0 : 1);
            }
        });
        return recording.finish();
    }
}
