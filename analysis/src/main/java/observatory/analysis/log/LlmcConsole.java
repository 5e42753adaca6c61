package observatory.analysis.log;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * Standard output of llm.c (train_gpt2.cu): {@code step 1001/18865 | loss 3.287114 (-0.31z)| norm 0.4132 (+1.05z)| lr
 * 6.00e-04 | 334.12 ms | 52.1% bf16 MFU | 1569021 tok/s}. Steps are counted from 1, those of main.log from 0.
 */
public final class LlmcConsole implements LogFormat {
    private static final Pattern STEP =
            Pattern.compile("^step\\s+(\\d{1,15})/\\d{1,15} \\| (?:train )?loss (\\S{1,40})");
    private static final Pattern NORM = Pattern.compile("\\| norm (\\S{1,40})");
    private static final Pattern RATE = Pattern.compile("\\| lr (\\S{1,40})");
    private static final Pattern MILLIS = Pattern.compile("\\| ([\\d.]{1,20}) ms");
    private static final Pattern SPEED = Pattern.compile("\\| ([\\d.]{1,20}) tok/s");
    private static final Pattern VALIDATION = Pattern.compile("^val loss (\\S{1,40})");

    @Override
    public String name() {
        return "llm.c-console";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .anyMatch(line -> line.startsWith("step")
                        && line.contains("tok/s")
                        && STEP.matcher(line).find());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out)::line);
    }

    private static final class Steps {
        private final Values out;
        private long step;
        private boolean skipped;

        Steps(Values out) {
            this.out = out;
        }

        void line(String line) {
            skipped |= line.startsWith("skipping update due to");
            put(VALIDATION.matcher(line), 1, Scalars.VALIDATION_LOSS, 1);
            Matcher at = STEP.matcher(line);
            if (line.startsWith("step") && at.find()) {
                step = Long.parseLong(at.group(1));
                out.remark("steps are counted from 1 here; main.log of the same run counts them from 0");
                put(STEP.matcher(line), 2, Scalars.LOSS, 1);
                put(NORM.matcher(line), 1, Scalars.GRADIENT_NORM, 1);
                put(RATE.matcher(line), 1, Scalars.LEARNING_RATE, 1);
                put(MILLIS.matcher(line), 1, Scalars.STEP_SECONDS, 1e-3);
                put(SPEED.matcher(line), 1, "tokens_per_second", 1);
                out.put(step, Instant.EPOCH, Scalars.SKIPPED, skipped ? 1 : 0);
                skipped = false;
            }
        }

        private void put(Matcher found, int group, String name, double unit) {
            if (found.find()) {
                LogNumber.parse(found.group(group))
                        .ifPresent(value -> out.put(step, Instant.EPOCH, name, value * unit));
            }
        }
    }
}
