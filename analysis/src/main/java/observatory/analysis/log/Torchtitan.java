package observatory.analysis.log;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Telemetry;

/**
 * Standard output of torchtitan (components/metrics.py), coloured or not: {@code step: 20  loss:  4.75609  grad_norm:
 * 1.2345  memory: 35.12GiB(44.33%)  tps: 7,312  tflops: 312.44  mfu: 31.60%}. {@code tps} is per device.
 */
public final class Torchtitan implements LogFormat {
    private static final Pattern STEP = Pattern.compile("\\bstep:\\s*(\\d{1,15})\\s+(?=\\S+:)");

    @Override
    public String name() {
        return "torchtitan";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .anyMatch(line -> line.contains("tps:")
                        && line.contains("loss:")
                        && STEP.matcher(line).find());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> line -> {
            Matcher at = STEP.matcher(line);
            if (line.contains("step:") && at.find()) {
                long step = Long.parseLong(at.group(1));
                boolean validation = line.substring(0, at.start()).contains("validate");
                Pairs.scan(
                        line.substring(at.end()),
                        (name, value, unit) ->
                                out.put(step, Instant.EPOCH, (validation ? "validation/" : "") + name, value));
            }
        });
    }
}
