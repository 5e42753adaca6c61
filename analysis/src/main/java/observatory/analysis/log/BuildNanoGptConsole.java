package observatory.analysis.log;

import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * Standard output of build-nanogpt: {@code step 5 | loss: 6.124 | lr 4.2e-05 | norm: 1.92 | dt: 310.5ms | tok/sec:
 * 168000}; the {@code validation loss: 3.28} of an evaluation stands before the line of its step.
 */
public final class BuildNanoGptConsole implements LogFormat {
    private static final Pattern STEP = Pattern.compile("^step\\s+(\\d{1,15}) \\| loss: ");
    private static final Pattern VALIDATION = Pattern.compile("^validation loss: (\\S{1,40})");
    private static final Map<String, String> NAMES = Map.of(
            "lr", Scalars.LEARNING_RATE,
            "norm", Scalars.GRADIENT_NORM,
            "tok/sec", "tokens_per_second");

    @Override
    public String name() {
        return "build-nanogpt-console";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .anyMatch(line -> line.startsWith("step") && STEP.matcher(line).find());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out)::line);
    }

    private static final class Steps {
        private final Values out;
        private double validation = Double.NEGATIVE_INFINITY; // none is open

        Steps(Values out) {
            this.out = out;
        }

        void line(String line) {
            Matcher evaluation = VALIDATION.matcher(line);
            if (evaluation.find()) {
                validation = LogNumber.parse(evaluation.group(1)).orElse(validation);
            }
            Matcher at = STEP.matcher(line);
            if (!at.find()) {
                return;
            }
            long step = Long.parseLong(at.group(1));
            Pairs.scan(line.substring(line.indexOf('|')), (name, value, unit) -> {
                boolean millis = name.equals("dt") && unit.equals("ms");
                String ours = millis ? Scalars.STEP_SECONDS : NAMES.getOrDefault(name, name);
                out.put(step, Instant.EPOCH, ours, millis ? value / 1000 : value);
            });
            if (validation != Double.NEGATIVE_INFINITY) {
                out.put(step, Instant.EPOCH, Scalars.VALIDATION_LOSS, validation);
                validation = Double.NEGATIVE_INFINITY;
            }
        }
    }
}
