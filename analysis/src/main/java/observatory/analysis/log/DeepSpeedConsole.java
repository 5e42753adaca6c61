package observatory.analysis.log;

import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * What DeepSpeed itself prints (runtime/fp16/loss_scaler.py, engine.py): {@code step=10, skipped=2, lr=[…]} and
 * {@code OVERFLOW! … Attempted loss scale: 65536, reducing to 32768}. Losses come from the lines of the training loop.
 */
public final class DeepSpeedConsole implements LogFormat {
    private static final Pattern STEP =
            Pattern.compile("\\bstep=(\\d{1,15}), skipped=(\\d{1,15}), lr=\\[\\s*([^,\\]\\s]{1,40})");
    private static final Pattern OVERFLOW =
            Pattern.compile("OVERFLOW!.{0,80}?(?:Attempted loss scale|Scale value):?\\s*([\\d.e+]{1,40})");
    private static final Pattern REDUCED = Pattern.compile("[Rr]educing to:?\\s*([\\d.e+]{1,40})");

    @Override
    public String name() {
        return "deepspeed-console";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .anyMatch(
                        line -> line.contains("skipped=") && STEP.matcher(line).find());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out, source)::line);
    }

    private static final class Steps {
        private final Values out;
        private final Rows rows;
        private long step;
        private double skippedBefore;
        private long overflows;

        Steps(Values out, LogSource source) {
            this.out = out;
            this.rows = new Rows(out, source, Set.of());
        }

        void line(String line) {
            Matcher at = line.contains("skipped=") ? STEP.matcher(line) : null;
            if (at != null && at.find()) {
                step(at);
            } else if (line.contains("OVERFLOW!")) {
                overflow(line);
            } else {
                PairRow.parse(line).filter(KeyValueText::tellsSomething).ifPresent(rows::row);
            }
        }

        private void step(Matcher at) {
            step = Long.parseLong(at.group(1));
            double skipped = Double.parseDouble(at.group(2));
            double since = Math.max(skipped - skippedBefore, overflows);
            skippedBefore = skipped;
            overflows = 0;
            out.put(step, Instant.EPOCH, "skipped_iterations", since);
            out.put(step, Instant.EPOCH, Scalars.SKIPPED, since > 0 ? 1 : 0);
            LogNumber.parse(at.group(3)).ifPresent(rate -> out.put(step, Instant.EPOCH, Scalars.LEARNING_RATE, rate));
        }

        /** Says the scale it tried and, unless hysteresis holds it, the one that comes next. */
        private void overflow(String line) {
            Matcher tried = OVERFLOW.matcher(line);
            if (tried.find()) {
                overflows++;
                Matcher reduced = REDUCED.matcher(line);
                String scale = reduced.find(tried.end()) ? reduced.group(1) : tried.group(1);
                LogNumber.parse(scale).ifPresent(value -> out.put(step + 1, Instant.EPOCH, Scalars.LOSS_SCALE, value));
            }
        }
    }
}
