package observatory.analysis.log;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import observatory.probe.Telemetry;

/** One JSON object a line with the numbers of a step, under whatever names; the most common home-made log. */
public final class JsonLines implements LogFormat {
    @Override
    public String name() {
        return "jsonl";
    }

    @Override
    public boolean recognises(Head head) {
        List<Row> rows = rows(head);
        boolean single = rows.size() == 1; // which may as well be a document of another kind on one line
        return rows.stream()
                .anyMatch(row -> !row.numbers().isEmpty()
                        && (!single || StepNames.best(row.numbers().keySet()).isPresent()));
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return read(source, sink, JsonRow::parse);
    }

    /** Reads the rows that {@code parse} finds in lines; a line that should be a row and is none counts as damaged. */
    static Reading read(LogSource source, Consumer<? super Telemetry> sink, Function<String, Optional<Row>> parse) {
        Set<String> tags = Tags.ahead(source, parse);
        SeriesNames names = source.names();
        names.learn(tags);
        Recording recording = new Recording(source, names, sink);
        Rows rows = new Rows(recording, source, tags);
        MissingLoss missing = new MissingLoss(tags, recording);
        TextLog.each(
                source,
                recording::remark,
                line -> parse.apply(line)
                        .map(missing::filledWhereNull)
                        .ifPresentOrElse(rows::row, () -> recording.skip(line.startsWith("{") ? 1 : 0)));
        return recording.finish();
    }

    /**
     * The first objects of a log that has nothing but objects; a line that is none is forgiven at the torn end only.
     */
    static List<Row> rows(Head head) {
        List<String> lines =
                head.lines().stream().filter(line -> !line.isBlank()).limit(20).toList();
        List<Row> rows =
                lines.stream().map(JsonRow::parse).flatMap(Optional::stream).toList();
        boolean mostly = !rows.isEmpty() && rows.size() >= lines.size() - 1;
        return mostly && lines.getFirst().startsWith("{") ? rows : List.of();
    }
}
