package observatory.analysis.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.awt.Color;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.probe.Scalars;

/**
 * A post-mortem as one HTML page that needs nothing beside it: no script, no network, charts inside. Every name from
 * the run is escaped. Below 2 MB for any length of run, because curves are decimated and long lists are cut and counted.
 */
public final class HtmlReport {
    private static final int MOST_CARDS = 60;
    private static final int MOST_SERIES = 200;
    private static final Template PAGE = template();

    /** How a series is drawn. */
    private record Look(String title, boolean logarithmic, Color colour) {}

    private static final Map<String, Look> LOOKS = Map.of(
            Scalars.LOSS, new Look("Loss", false, Palette.BLUE),
            Scalars.GRADIENT_NORM, new Look("Gradient norm", true, Palette.GREEN),
            Scalars.LEARNING_RATE, new Look("Learning rate", false, Palette.PURPLE),
            Scalars.LOSS_SCALE, new Look("Loss scale", true, Palette.ORANGE),
            Digest.TOKENS_PER_SECOND, new Look("Tokens per second", false, Palette.SKY));

    private HtmlReport() {}

    public static String of(PostMortem result) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("run", result.run());
        page.put("format", result.format());
        page.put("first", Numbers.whole(result.steps().first()));
        page.put("last", Numbers.whole(result.steps().last()));
        page.put("frames", Numbers.whole(result.steps().count()));
        page.put("headline", Headline.of(result));
        page.put("tone", worst(result));
        page.put("charts", charts(result));
        page.put("hasIncidents", !result.incidents().isEmpty());
        page.put(
                "cards",
                result.incidents().stream()
                        .limit(MOST_CARDS)
                        .map(HtmlReport::card)
                        .toList());
        page.put("cut", cut(result.incidents().size() - MOST_CARDS, "more incidents; the JSON document has them all"));
        page.put("silent", result.notApplicable());
        page.put("hasSilent", !result.notApplicable().isEmpty());
        page.put("remarks", result.remarks());
        page.put("hasRemarks", !result.remarks().isEmpty());
        page.put(
                "series",
                result.series().stream().limit(MOST_SERIES).map(HtmlReport::row).toList());
        page.put("seriesCut", cut(result.series().size() - MOST_SERIES, "more series"));
        return PAGE.execute(page);
    }

    private static List<Map<String, Object>> charts(PostMortem result) {
        Span steps = Span.of(result.tracks().values());
        List<Map<String, Object>> charts = new ArrayList<>();
        result.tracks().forEach((name, track) -> {
            Look look = LOOKS.getOrDefault(name, new Look(name, false, Palette.BLUE));
            boolean logarithmic = look.logarithmic() || spansDecades(track);
            byte[] png = new Chart(track, logarithmic, look.colour()).png(steps, result.incidents());
            charts.add(Map.of(
                    "title",
                    look.title(),
                    "axis",
                    logarithmic ? "logarithmic axis" : "",
                    "nonFinite",
                    track.nonFiniteSteps().isEmpty() ? "" : "red ticks: not finite",
                    "width",
                    Canvas.WIDTH,
                    "height",
                    Canvas.HEIGHT,
                    "png",
                    Base64.getEncoder().encodeToString(png)));
        });
        return charts;
    }

    /** A loss that overflowed would flatten everything else on a linear axis. */
    private static boolean spansDecades(Track track) {
        double least = Double.POSITIVE_INFINITY;
        double greatest = 0;
        for (Track.Point point : track.points()) {
            least = Math.min(least, point.value());
            greatest = Math.max(greatest, point.value());
        }
        return least > 0 && greatest > 1000 * least;
    }

    private static Map<String, Object> card(Incident incident) {
        List<Map<String, Object>> facts = new ArrayList<>();
        incident.evidence().facts().forEach((fact, value) -> {
            String name = words(fact);
            facts.add(
                    Map.of("name", name, "value", Numbers.of(value), "emphasis", name.contains("site") ? "site" : ""));
        });
        boolean oneStep = incident.firstStep() == incident.lastStep();
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("severity", incident.severity().label());
        card.put("shape", Palette.shape(incident.severity()));
        card.put("kind", sentence(incident.kind().label().replace('_', ' ')));
        card.put("firstStep", Numbers.whole(incident.firstStep()));
        card.put("lastStep", oneStep ? "" : Numbers.whole(incident.lastStep()));
        card.put("peakStep", Numbers.whole(incident.peakStep()));
        card.put("state", incident.resolved() ? "resolved" : "not resolved");
        card.put("verdict", incident.verdict().label());
        card.put("detector", incident.detector());
        card.put("summary", incident.summary());
        card.put("explanation", incident.explanation());
        card.put("remedy", incident.remedy());
        card.put("facts", facts);
        card.put("hasFacts", !facts.isEmpty());
        return card;
    }

    private static Map<String, Object> row(PostMortem.Series series) {
        long nonFinite = series.count().nonFinite();
        return Map.of(
                "name",
                series.name(),
                "values",
                Numbers.whole(series.count().values()),
                "nonFinite",
                nonFinite == 0 ? "–" : Numbers.whole(nonFinite),
                "bad",
                nonFinite == 0 ? "" : "bad");
    }

    private static String worst(PostMortem result) {
        return result.incidents().stream()
                .map(Incident::severity)
                .max(Severity::compareTo)
                .map(Severity::label)
                .orElse("healthy");
    }

    private static String cut(int rest, String what) {
        return rest > 0 ? Numbers.whole(rest) + " " + what : "";
    }

    /** {@code leadSteps} and {@code lead_steps} as people write them. */
    private static String words(String name) {
        return name.replace('_', ' ').replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static Template template() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.html");
                Reader text =
                        new InputStreamReader(Objects.requireNonNull(in, "report.html"), StandardCharsets.UTF_8)) {
            return Mustache.compiler().emptyStringIsFalse(true).compile(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
