package observatory.analysis.log;

import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * {@code main.log} of llm.c (llmc/logger.h): {@code s:12 trl:3.2871 lr:0.000600 norm:0.41}, steps counted from 0, and
 * {@code s:250 tel:3.5127} for the validation loss. Norms have two decimals, rates six: the last rates print as 0.
 */
public final class LlmcLog implements LogFormat {
    private static final Pattern STEP = Pattern.compile("^s:(\\d{1,15}) (?=(?:trl|tel|eval):)");
    private static final Map<String, String> NAMES = Map.of(
            "trl", Scalars.LOSS,
            "tel", Scalars.VALIDATION_LOSS,
            "norm", Scalars.GRADIENT_NORM,
            "lr", Scalars.LEARNING_RATE,
            "eval", "hellaswag");

    @Override
    public String name() {
        return "llm.c-log";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream().anyMatch(line -> STEP.matcher(line).find());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> line -> {
            Matcher start = STEP.matcher(line);
            if (start.find()) {
                long step = Long.parseLong(start.group(1));
                Pairs.scan(
                        line.substring(start.end()),
                        (name, value, unit) -> out.put(step, Instant.EPOCH, NAMES.getOrDefault(name, name), value));
            }
        });
    }
}
