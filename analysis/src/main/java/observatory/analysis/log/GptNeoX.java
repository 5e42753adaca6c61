package observatory.analysis.log;

import java.util.Optional;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * Standard output of GPT-NeoX (megatron/logging.py): Megatron's line with {@code samples/sec} before
 * it and {@code lm_loss}.
 */
public final class GptNeoX implements LogFormat {
    @Override
    public String name() {
        return "gpt-neox";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .filter(line -> line.contains("samples/sec:") || line.contains("lm_loss:"))
                .map(MegatronLine::parse)
                .flatMap(Optional::stream)
                .anyMatch(MegatronLine::isTraining);
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return new MegatronText().read(source, sink);
    }
}
