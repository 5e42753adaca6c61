package observatory.analysis.log;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * nanoGPT: {@code iter 12: loss 3.2871, time 312.40ms, mfu 41.20%} for a step,
 * {@code step 250: train loss 3.1, val loss 3.2} for an evaluation, whose train loss is an estimate over many batches
 * and no loss of that step.
 */
public final class NanoGpt implements LogFormat {
    private static final Pattern ITER = Pattern.compile(
            "^iter (\\d{1,15}): loss ([^,\\s]{1,40})(?:, time ([\\d.]{1,20})ms)?(?:, mfu ([-\\d.]{1,20})%)?");
    private static final Pattern EVALUATION =
            Pattern.compile("^step (\\d{1,15}): train loss ([^,\\s]{1,40}), val loss ([^,\\s]{1,40})");

    @Override
    public String name() {
        return "nanogpt";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .anyMatch(line -> line.startsWith("iter ") && ITER.matcher(line).find());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> line -> {
            Matcher at = line.startsWith("iter ") ? ITER.matcher(line) : EVALUATION.matcher(line);
            if (!at.find()) {
                return;
            }
            boolean step = line.startsWith("iter ");
            put(out, at, 2, step ? Scalars.LOSS : "train loss estimate", 1);
            put(out, at, 3, step ? Scalars.STEP_SECONDS : Scalars.VALIDATION_LOSS, step ? 1e-3 : 1);
            if (step) {
                put(out, at, 4, "mfu", 1e-2);
            }
        });
    }

    private static void put(Values out, Matcher at, int group, String name, double unit) {
        if (at.group(group) != null) {
            long step = Long.parseLong(at.group(1));
            LogNumber.parse(at.group(group)).ifPresent(value -> out.put(step, Instant.EPOCH, name, value * unit));
        }
    }
}
