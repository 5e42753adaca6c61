package observatory.analysis.log;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/** Any text log whose lines name a step and a loss, in whatever order and punctuation; the last that is asked. */
public final class KeyValueText implements LogFormat {
    private static final int FEWEST = 2; // lines; one may be an accident, unless the log has few at all
    private static final int SHORT = 100;

    @Override
    public String name() {
        return "key-value-text";
    }

    @Override
    public boolean recognises(Head head) {
        List<String> lines = head.lines();
        int fewest = head.whole() && lines.size() < SHORT ? 1 : FEWEST;
        return lines.stream()
                        .map(PairRow::parse)
                        .flatMap(Optional::stream)
                        .filter(KeyValueText::tellsLoss)
                        .limit(fewest)
                        .count()
                == fewest;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return JsonLines.read(source, sink, line -> PairRow.parse(line).filter(KeyValueText::tellsSomething));
    }

    private static boolean tellsLoss(Row row) {
        return row.numbers().keySet().stream()
                .map(Meaning::of)
                .flatMap(Optional::stream)
                .anyMatch(meaning -> meaning.name().equals(Scalars.LOSS));
    }

    /** A line without a loss, a norm or a rate is about something else, such as a checkpoint. */
    static boolean tellsSomething(Row row) {
        return row.numbers().keySet().stream().anyMatch(tag -> Meaning.of(tag).isPresent());
    }
}
