package observatory.analysis.log;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * metaseq and fairseq: {@code time | INFO | train_inner | {"loss": "3.2", …}} or the same as text. Losses are
 * printed to base 2 and are turned into nats. Means over an epoch are passed over; overflows count as skipped steps
 * of the next line.
 */
public final class Fairseq implements LogFormat {
    private static final double LN_2 = Math.log(2);
    private static final String TIME = "(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)";
    /** What the launcher wrote before the line, such as a rank. */
    private static final String BEFORE = "^(?:\\S{1,30}\\s{1,4})?";

    private static final Pattern LINE =
            Pattern.compile(BEFORE + TIME + "\\s*\\|\\s*\\w+\\s*\\|\\s*([\\w.]+)\\s*\\|\\s*(.*)");
    /** The same as Hydra lays it out. */
    private static final Pattern BRACKETS =
            Pattern.compile(BEFORE + "\\[" + TIME + "(?:,\\d{1,6})?]\\[([\\w.]+)]\\[\\w+]\\s*-\\s*(.*)");
    /** Before 2020 lines had neither time nor logger. */
    private static final Pattern BARE = Pattern.compile("^\\| (epoch \\d{1,9}:\\s*\\d{1,12} / \\d{1,12} loss=.*)");

    private static final Pattern OVERFLOW =
            Pattern.compile("gradient overflow detected.{0,80}loss scale to: ([\\d.e+-]{1,40})");
    private static final Pattern EPOCH = Pattern.compile("^epoch \\d+(?::\\s*\\d+\\s*/\\s*\\d+|\\s*\\|)");

    @Override
    public String name() {
        return "fairseq";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .filter(line -> line.contains("train_inner") || line.startsWith("| epoch "))
                .map(Fairseq::entry)
                .flatMap(Optional::stream)
                .anyMatch(entry -> entry.row().numbers().containsKey("num_updates"));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out)::line);
    }

    private record Entry(Instant time, String logger, Row row) {}

    private static Optional<Entry> entry(String line) {
        Matcher bare = BARE.matcher(line);
        if (bare.find()) {
            return entry(Instant.EPOCH, "train_inner", bare.group(1));
        }
        Matcher parts = LINE.matcher(line);
        if (!parts.find()) {
            parts = BRACKETS.matcher(line);
        }
        return parts.reset().find()
                ? entry(Clock.parse(parts.group(1)).orElse(Instant.EPOCH), parts.group(2), parts.group(3))
                : Optional.empty();
    }

    private static Optional<Entry> entry(Instant time, String logger, String body) {
        if (body.startsWith("{")) {
            return JsonRow.parse(body).map(row -> new Entry(time, logger, row));
        }
        Matcher epoch = EPOCH.matcher(body);
        if (!epoch.find()) {
            return Optional.empty();
        }
        Row row = new Row();
        Pairs.scan(body.substring(epoch.end()), (name, value, unit) -> row.put(name, value));
        return Optional.of(new Entry(time, logger, row));
    }

    private static final class Steps {
        private final Values out;
        private long overflows;
        private Optional<Double> scale = Optional.empty();

        Steps(Values out) {
            this.out = out;
        }

        void line(String line) {
            Matcher overflow = OVERFLOW.matcher(line);
            if (line.contains("overflow detected") && overflow.find()) {
                overflows++;
                LogNumber.parse(overflow.group(1)).ifPresent(value -> scale = Optional.of(value));
                return;
            }
            entry(line).ifPresent(entry -> {
                switch (entry.logger()) {
                    case "train_inner" -> train(entry);
                    case "valid" -> valid(entry);
                    default -> {} // means over an epoch, configuration
                }
            });
        }

        private void train(Entry entry) {
            Double step = entry.row().numbers().get("num_updates");
            if (step == null || !(step >= 0)) {
                return;
            }
            long at = step.longValue();
            entry.row().numbers().forEach((tag, value) -> {
                if (!tag.equals("num_updates")) {
                    out.put(at, entry.time(), tag, tag.equals("loss") || tag.equals("nll_loss") ? value * LN_2 : value);
                }
            });
            out.remark("losses are printed to base 2; they were turned into nats");
            if (!entry.row().numbers().containsKey("loss_scale")) {
                scale.ifPresent(value -> out.put(at, entry.time(), Scalars.LOSS_SCALE, value));
            }
            out.put(at, entry.time(), "skipped_iterations", overflows);
            out.put(at, entry.time(), Scalars.SKIPPED, overflows > 0 ? 1 : 0);
            overflows = 0;
        }

        private void valid(Entry entry) {
            var numbers = entry.row().numbers();
            Double step = numbers.getOrDefault("valid_num_updates", numbers.get("num_updates"));
            Double loss = numbers.getOrDefault("valid_loss", numbers.get("loss"));
            if (step != null && step >= 0 && loss != null) {
                out.put(step.longValue(), entry.time(), Scalars.VALIDATION_LOSS, loss * LN_2);
            }
        }
    }
}
