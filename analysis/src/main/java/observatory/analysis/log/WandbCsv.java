package observatory.analysis.log;

import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * A chart exported from Weights & Biases: {@code "Step","run - tag","run - tag__MIN","run - tag__MAX"}. Where it has
 * several runs the first is the one that is judged; the others keep their names.
 */
public final class WandbCsv implements LogFormat {
    @Override
    public String name() {
        return "wandb-csv";
    }

    @Override
    public boolean recognises(Head head) {
        return CsvTable.of(head)
                .filter(table -> table.columns().stream().anyMatch(column -> column.matches("(?s).+ - .+__M(IN|AX)")))
                .isPresent();
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return new Csv().read(source, sink);
    }
}
