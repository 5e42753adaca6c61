package observatory.analysis.log;

import java.util.function.Consumer;
import observatory.probe.Telemetry;

/** {@code trainer_log.jsonl} of LLaMA-Factory: JSON lines with {@code current_steps} of {@code total_steps}. */
public final class LlamaFactory implements LogFormat {
    @Override
    public String name() {
        return "llamafactory-jsonl";
    }

    @Override
    public boolean recognises(Head head) {
        return JsonLines.rows(head).stream()
                .anyMatch(row -> row.numbers().containsKey("current_steps")
                        && row.numbers().containsKey("total_steps"));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return JsonLines.read(source, sink, JsonRow::parse);
    }
}
