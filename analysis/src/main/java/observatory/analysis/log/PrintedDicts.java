package observatory.analysis.log;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Telemetry;

/**
 * What Hugging Face's Trainer prints: {@code {'loss': 2.31, 'grad_norm': 0.9, 'learning_rate': 5e-05, 'epoch': 0.02}}.
 * Most of them tell no step; the progress bar before them does. Without a bar they are counted.
 */
public final class PrintedDicts implements LogFormat {
    private static final Pattern DICT = Pattern.compile("\\{'(?:[^{}]{1,4000})}");
    private static final Pattern BAR = Pattern.compile("(\\d{1,12})/(\\d{1,12}) \\[");

    private static final String OF_SWIFT = "global_step/max_steps";

    @Override
    public String name() {
        return "hf-printed-dicts";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream()
                .map(PrintedDicts::dict)
                .flatMap(Optional::stream)
                .anyMatch(row ->
                        row.numbers().containsKey("loss") || row.numbers().containsKey("eval_loss"));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return TextLog.read(source, sink, out -> new Steps(out)::line);
    }

    static Optional<Row> dict(String line) {
        int from = line.indexOf("{'");
        Matcher dict = DICT.matcher(line);
        if (from < 0 || !dict.find(from)) {
            return Optional.empty();
        }
        Row row = new Row();
        Pairs.scan(dict.group(), (name, value, unit) -> row.put(name, value));
        return row.numbers().isEmpty() ? Optional.empty() : Optional.of(row);
    }

    private static final class Steps {
        private final Values out;
        private long longest; // total of the bar of the training; bars of evaluations are shorter
        private long step;
        private boolean bars;

        Steps(Values out) {
            this.out = out;
        }

        void line(String line) {
            Matcher bar = BAR.matcher(line);
            while (bar.find()) {
                long total = Long.parseLong(bar.group(2));
                if (total >= longest) {
                    longest = total;
                    step = Long.parseLong(bar.group(1));
                    bars = true;
                }
            }
            dict(line).ifPresent(this::row);
        }

        private void row(Row row) {
            Optional<String> named = StepNames.best(row.numbers().keySet());
            if (named.isPresent()) {
                step = row.numbers().remove(named.get()).longValue();
            } else if (row.numbers().containsKey(OF_SWIFT)) {
                step = row.numbers().remove(OF_SWIFT).longValue();
            } else if (!bars && row.numbers().containsKey("loss")) {
                step++;
                out.remark("no progress bar tells the steps; the printed dictionaries were counted");
            }
            boolean summary = row.numbers().containsKey("train_runtime");
            row.numbers()
                    .forEach((tag, value) -> out.put(step, Instant.EPOCH, summary ? "summary/" + tag : tag, value));
        }
    }
}
