package observatory.analysis.rules;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import observatory.analysis.Severity;
import observatory.stream.wire.Json;

/** Labelled logs: which steps of a file must be found, which may be told, and where nothing is wrong. */
public final class Labels {
    private static final Set<String> SKIPPED = Set.of("ambiguous", "narrative", "spectral_reference", "degenerate");
    private static final Set<String> REQUIRED = Set.of(
            "loss_spike",
            "divergence",
            "slow_divergence",
            "early_divergence",
            "nonfinite_loss",
            "nonfinite_grad",
            "grad_explosion",
            "loss_scale_collapse",
            "overflow_skipped_loss_missing",
            "loss_field_missing");
    /** Kinds of events that excuse no alarm, or a warning alone; all others excuse any. */
    private static final Map<String, List<Severity>> STRICT = Map.of(
            "padding_nan", List.of(),
            "slow_hump", List.of(),
            "loss_scale_search", List.of(),
            "schedule_shift", List.of(Severity.WARNING),
            "restart", List.of(Severity.WARNING));
    /** Labels and alarms agree up to this many logged points. */
    static final int TOLERANCE = 3;

    private Labels() {}

    public record Span(double first, double last) {}

    /** Steps at which alarms of these severities are neither right nor wrong. */
    record Excuse(Span span, List<Severity> severities) {}

    /**
     * One labelled log.
     *
     * @param interval steps between the points of its main series
     * @param points finite values of its main series
     */
    public record Log(
            String file,
            boolean healthy,
            double interval,
            long points,
            List<Span> episodes,
            List<Excuse> excused,
            List<Span> outliers) {
        public String family() {
            String[] parts = file.split("/");
            return parts.length > 2 ? parts[1] : parts[0];
        }

        boolean meets(Span a, Span b) {
            return a.first <= b.last + TOLERANCE * interval && a.last >= b.first - TOLERANCE * interval;
        }
    }

    public static List<Log> read(Path labels) throws IOException {
        List<Log> logs = new ArrayList<>();
        for (JsonNode entry : Json.mapper().readTree(labels.toFile())) {
            if (!SKIPPED.contains(entry.path("label").asText())) {
                logs.add(log(entry));
            }
        }
        return logs;
    }

    private static Log log(JsonNode entry) {
        JsonNode series = main(entry);
        double points = series.path("n").asDouble();
        double steps =
                series.path("last_step").asDouble() - series.path("first_step").asDouble();
        double interval = points > 1 ? Math.max(1, steps / (points - 1)) : 1;
        String label = entry.path("label").asText();
        List<Span> required = new ArrayList<>();
        List<Excuse> excused = new ArrayList<>();
        List<Span> outliers = new ArrayList<>();
        for (JsonNode event : entry.path("events")) {
            String kind = event.path("kind").asText();
            Span span = new Span(
                    event.path("step_start").asDouble(), event.path("step_end").asDouble());
            if (REQUIRED.contains(kind) || kind.equals("loss_scale_drop") && label.equals("loss_scale_collapse")) {
                required.add(span);
            } else {
                excused.add(new Excuse(span, STRICT.getOrDefault(kind, List.of(Severity.WARNING, Severity.CRITICAL))));
            }
            if (kind.equals("data_outlier")) {
                outliers.add(span);
            }
        }
        return new Log(
                entry.path("file").asText(),
                label.startsWith("healthy"),
                interval,
                series.path("n").asLong() - series.path("nonfinite").asLong(),
                merged(required, TOLERANCE * interval),
                excused,
                outliers);
    }

    /** The series {@code loss}, else the first with loss in its name, else the first. */
    private static JsonNode main(JsonNode entry) {
        Comparator<JsonNode> byName = Comparator.comparingInt(series -> {
            String name = series.path("name").asText().toLowerCase(Locale.ROOT);
            return name.equals("loss") ? 2 : name.contains("loss") && !name.contains("scale") ? 1 : 0;
        });
        JsonNode best = Json.mapper().createObjectNode();
        for (JsonNode series : StreamSupport.stream(entry.path("series").spliterator(), false)
                .filter(one -> one.path("n").asLong() > 0)
                .toList()) {
            best = best.isEmpty() || byName.compare(series, best) > 0 ? series : best;
        }
        return best;
    }

    private static List<Span> merged(List<Span> spans, double gap) {
        List<Span> merged = new ArrayList<>();
        spans.stream().sorted(Comparator.comparingDouble(Span::first)).forEach(span -> {
            Span last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && span.first <= last.last + gap) {
                merged.set(merged.size() - 1, new Span(last.first, Math.max(last.last, span.last)));
            } else {
                merged.add(span);
            }
        });
        return merged;
    }
}
