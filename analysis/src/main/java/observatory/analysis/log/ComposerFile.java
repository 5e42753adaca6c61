package observatory.analysis.log;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Telemetry;

/**
 * The FileLogger of MosaicML Composer: {@code [BATCH][step=2]: { "loss/train/total": 3.2, }}, with a comma too many.
 */
public final class ComposerFile implements LogFormat {
    private static final Pattern LINE =
            Pattern.compile("^\\[(?:FIT|EPOCH|BATCH)]\\[(?:step|batch)=(\\d{1,15})]:\\s*(\\{.*)");
    private static final Pattern LAST_COMMA = Pattern.compile(",\\s*}\\s*$");

    @Override
    public String name() {
        return "composer-file";
    }

    @Override
    public boolean recognises(Head head) {
        return head.lines().stream().anyMatch(line -> row(line).isPresent());
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        return JsonLines.read(source, sink, ComposerFile::row);
    }

    private static Optional<Row> row(String line) {
        Matcher at = LINE.matcher(line);
        if (!line.startsWith("[") || !at.matches()) {
            return Optional.empty();
        }
        return JsonRow.parse(LAST_COMMA.matcher(at.group(2)).replaceFirst("}")).map(metrics -> {
            Row row = new Row();
            row.put("step", at.group(1));
            metrics.numbers().forEach((tag, value) -> row.put(StepNames.isStep(tag) ? "composer/" + tag : tag, value));
            return row;
        });
    }
}
