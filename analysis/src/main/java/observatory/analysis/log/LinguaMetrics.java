package observatory.analysis.log;

import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * {@code metrics.jsonl} of Meta Lingua: flat JSON lines with {@code global_step}, {@code optim/…} and {@code loss/out}.
 */
public final class LinguaMetrics implements LogFormat {
    @Override
    public String name() {
        return "lingua-jsonl";
    }

    @Override
    public boolean recognises(Head head) {
        return JsonLines.rows(head).stream()
                .map(Row::numbers)
                .anyMatch(row -> row.containsKey("global_step")
                        && row.containsKey("acc_step")
                        && row.keySet().stream().anyMatch(tag -> tag.startsWith("optim/")));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return JsonLines.read(source, sink, JsonRow::parse);
    }
}
