package observatory.analysis.log;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Telemetry;

/**
 * The ConsoleLogger of MosaicML Composer and llm-foundry (composer/loggers/console_logger.py): a line {@code
 * [batch=100/4800]:} or {@code [epoch=1][batch=100/4800]:}, then an indented
 * {@code Train loss/train/total: 3.2} per metric.
 */
public final class ComposerConsole implements LogFormat {
    private static final Pattern STEP = Pattern.compile("\\[batch=(\\d{1,15})/\\d{1,15}]:");
    private static final Pattern METRIC = Pattern.compile("^\\s+(Train|Eval) ([^:]{1,200}): (\\S{1,40})\\s*$");

    @Override
    public String name() {
        return "composer-console";
    }

    @Override
    public boolean recognises(Head head) {
        boolean inStep = false;
        for (String line : head.lines()) {
            if (inStep && METRIC.matcher(line).matches()) {
                return true;
            }
            inStep = line.contains("[batch=") && STEP.matcher(line).find();
        }
        return false;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out)::line);
    }

    private static final class Steps {
        private final Values out;
        private long step = -1; // no step is open

        Steps(Values out) {
            this.out = out;
        }

        void line(String line) {
            Matcher at = STEP.matcher(line);
            if (line.contains("[batch=") && at.find()) {
                step = Long.parseLong(at.group(1));
                return;
            }
            Matcher metric = METRIC.matcher(line);
            if (step >= 0 && metric.matches()) {
                String tag = metric.group(1).equals("Eval") ? "eval/" + metric.group(2) : metric.group(2);
                LogNumber.parse(metric.group(3)).ifPresent(value -> out.put(step, Instant.EPOCH, tag, value));
            }
        }
    }
}
