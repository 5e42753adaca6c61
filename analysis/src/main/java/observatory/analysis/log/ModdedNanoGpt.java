package observatory.analysis.log;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * The log of modded-nanogpt and of what grew from it, such as parameter-golf: {@code step:12/6200 train_loss:3.28
 * train_time:2913ms step_avg:242.75ms}, often after thousands of lines of source code. The time of a step is told by
 * the training time between two lines.
 */
public final class ModdedNanoGpt implements LogFormat {
    private static final Pattern STEP = Pattern.compile("^step:(\\d{1,15})/\\d{1,15}\\s");

    @Override
    public String name() {
        return "modded-nanogpt";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .anyMatch(line -> line.startsWith("step:") && STEP.matcher(line).find() && line.contains("loss:"));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out)::line);
    }

    private static final class Steps {
        private final Values out;
        private long timedStep = -1;
        private double trainMillis = Double.NaN;

        Steps(Values out) {
            this.out = out;
        }

        void line(String line) {
            if (!line.startsWith("step:")) {
                return;
            }
            Matcher start = STEP.matcher(line);
            if (start.find()) {
                long step = Long.parseLong(start.group(1));
                Pairs.scan(line.substring(start.end()), (name, value, unit) -> pair(step, name, value, unit));
            }
        }

        private void pair(long step, String name, double value, String unit) {
            boolean total = name.equals("train_time") && unit.equals("ms");
            if (!total) {
                out.put(step, Instant.EPOCH, name, value);
                return;
            }
            if (step > timedStep && timedStep >= 0 && value > trainMillis) {
                double seconds = (value - trainMillis) / 1000 / (step - timedStep);
                out.put(step, Instant.EPOCH, Scalars.STEP_SECONDS, seconds);
            }
            if (step != timedStep) {
                timedStep = step;
                trainMillis = value;
            }
        }
    }
}
