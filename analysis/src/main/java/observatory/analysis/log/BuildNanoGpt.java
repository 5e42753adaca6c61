package observatory.analysis.log;

import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * {@code log/log.txt} of build-nanogpt: {@code 250 train 3.287114}, {@code 250 val 3.5127}, {@code 250 hella 0.2943}.
 */
public final class BuildNanoGpt implements LogFormat {
    private static final Pattern LINE = Pattern.compile("^(\\d{1,15}) (train|val|hella) (\\S{1,40})$");
    private static final Map<String, String> NAMES =
            Map.of("train", Scalars.LOSS, "val", Scalars.VALIDATION_LOSS, "hella", "hellaswag");

    @Override
    public String name() {
        return "build-nanogpt-log";
    }

    @Override
    public boolean recognises(Head head) {
        return LINE.matcher(head.firstLine()).matches();
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> line -> {
            Matcher at = LINE.matcher(line);
            if (at.matches()) {
                long step = Long.parseLong(at.group(1));
                LogNumber.parse(at.group(3))
                        .ifPresent(value -> out.put(step, Instant.EPOCH, NAMES.get(at.group(2)), value));
            }
        });
    }
}
