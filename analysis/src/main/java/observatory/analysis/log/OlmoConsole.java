package observatory.analysis.log;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * The console of OLMo-core and OLMo (console_logger.py): a line {@code [step=100/1000,epoch=1,eta=2h5m]}, then one
 * {@code     train/CE loss=3.214} per metric, indented by four blanks. Large values end in B, T, P or E.
 */
public final class OlmoConsole implements LogFormat {
    private static final Pattern STEP = Pattern.compile("\\[step=([\\d,]{1,20})(?:/[\\d,]{1,20})?[,\\]]");
    private static final Pattern METRIC = Pattern.compile(
            "^(?:\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d\\S{0,20} )?\\s{4,}([^=]{1,200})=([^=\\s]{1,40})\\s*$");
    private static final Map<Character, Double> SUFFIXES = Map.of('B', 1e9, 'T', 1e12, 'P', 1e15, 'E', 1e18);

    @Override
    public String name() {
        return "olmo-console";
    }

    @Override
    public boolean recognises(Head head) {
        boolean inStep = false;
        for (String line : head.lines()) {
            if (inStep && METRIC.matcher(line).matches()) {
                return true;
            }
            inStep = line.contains("[step=") && STEP.matcher(line).find();
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
            Matcher metric = METRIC.matcher(line);
            if (line.contains("[step=") && at.find()) {
                step = LogNumber.parse(at.group(1)).isPresent()
                        ? (long) LogNumber.parse(at.group(1)).getAsDouble()
                        : -1;
            } else if (step >= 0 && metric.matches()) {
                String tag = metric.group(1).strip();
                number(metric.group(2)).ifPresent(value -> out.put(step, Instant.EPOCH, name(tag), value));
            } else if (!line.isBlank()) {
                step = -1;
            }
        }

        private static String name(String tag) {
            return tag.equals("optim/step skipped") ? Scalars.SKIPPED : tag;
        }
    }

    static OptionalDouble number(String text) {
        Double factor = SUFFIXES.get(text.charAt(text.length() - 1));
        if (factor == null) {
            return LogNumber.parse(text);
        }
        OptionalDouble value = LogNumber.parse(text.substring(0, text.length() - 1));
        return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
    }
}
