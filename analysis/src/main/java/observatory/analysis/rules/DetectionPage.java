package observatory.analysis.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import observatory.analysis.detector.Setting;

/** The page about detection: what stands in {@code detection.md} of the resources, with the measured tables in it. */
public final class DetectionPage {
    private static final String NOT_MEASURED = "(not measured in this run: `--sensitivity`)";

    private DetectionPage() {}

    public static String of(
            List<Labels.Log> labels,
            List<DetectionBench.Result> results,
            List<DetectionBench.Result> varied,
            List<DetectionBench.Result> perturbed,
            List<Robustness.Clean> clean,
            List<Robustness.Found> found,
            List<Setting> settings) {
        long points = labels.stream().mapToLong(Labels.Log::points).sum();
        long healthy = labels.stream().filter(Labels.Log::healthy).count();
        return text().replace("{logs}", Integer.toString(labels.size()))
                .replace("{points}", String.format(Locale.ROOT, "%,d", points))
                .replace("{healthy}", Long.toString(healthy))
                .replace("{rules}", scores(results))
                .replace("{families}", families(results.getFirst()))
                .replace("{sensitivity}", varied.isEmpty() ? NOT_MEASURED : scores(varied))
                .replace(
                        "{perturbed}",
                        perturbed.isEmpty() ? NOT_MEASURED : scores(perturbed).replace("| rule |", "| the same runs |"))
                .replace("{clean}", clean.isEmpty() ? NOT_MEASURED : clean(clean))
                .replace("{found}", found.isEmpty() ? NOT_MEASURED : found(found))
                .replace("{left-out}", PublishedRules.NOT_IN_A_LOG)
                .replace("{settings}", settings(settings))
                .strip();
    }

    private static String scores(List<DetectionBench.Result> results) {
        StringBuilder table = new StringBuilder(
                        "| rule | recall | precision | false pages per 100,000 points | median lag |\n")
                .append("|---|---|---|---|---|\n");
        results.forEach(result -> table.append(row(result.name(), result.total())));
        return table.toString().stripTrailing();
    }

    private static String clean(List<Robustness.Clean> curves) {
        StringBuilder table = new StringBuilder(headed("healthy runs"));
        Map<Robustness.Writing, Integer> all = new EnumMap<>(Robustness.Writing.class);
        for (Robustness.Clean clean : curves) {
            table.append(cells(clean.curve().words(), clean.pages().values()));
            clean.pages().forEach((writing, pages) -> all.merge(writing, pages, Integer::sum));
        }
        return table.append(cells("**all**", all.values())).toString().stripTrailing();
    }

    private static String found(List<Robustness.Found> faults) {
        StringBuilder table = new StringBuilder(headed("fault, deviations"));
        for (Robustness.Found found : faults) {
            table.append(cells(
                    found.fault().words() + ", " + number(found.size()),
                    found.scores().values().stream()
                            .map(score -> score.found() == 0
                                    ? "–"
                                    : String.format(
                                            Locale.ROOT,
                                            "%.0f %%, after %.0f",
                                            100 * score.recall(),
                                            score.medianLag()))
                            .toList()));
        }
        return table.toString().stripTrailing();
    }

    private static String headed(String first) {
        List<String> writings = Arrays.stream(Robustness.Writing.values())
                .map(Robustness.Writing::words)
                .toList();
        return cells(first, writings) + cells("---", Collections.nCopies(writings.size(), "---"));
    }

    private static String cells(String first, Collection<?> others) {
        StringBuilder row = new StringBuilder("| ").append(first);
        others.forEach(other -> row.append(" | ").append(other));
        return row.append(" |\n").toString();
    }

    private static String families(DetectionBench.Result ours) {
        StringBuilder table =
                new StringBuilder("| family | points | episodes | found | false pages |\n|---|---|---|---|---|\n");
        ours.families()
                .forEach((family, score) -> table.append("| %s | %,d | %d | %d | %d |\n"
                        .formatted(family, score.points(), score.episodes(), score.found(), score.wrong())));
        return table.toString().stripTrailing();
    }

    private static String row(String name, Score score) {
        return String.format(
                Locale.ROOT,
                "| %s | %.2f (%s) | %s | %.1f | %s |%n",
                name.replace("|x", "\\|x")
                        .replace("x|", "x\\|")
                        .replace("|z", "\\|z")
                        .replace("z|", "z\\|")
                        .replace("mean10|", "mean10\\|"),
                score.recall(),
                interval(score.found(), score.episodes()),
                score.alarms() == 0 ? "–" : String.format(Locale.ROOT, "%.2f", score.precision()),
                score.wrongPer100k(),
                score.lags().isEmpty() ? "–" : number(score.medianLag()));
    }

    /** 95 % interval of a proportion (Wilson 1927). */
    private static String interval(long part, long whole) {
        double z = 1.96;
        double p = part / (double) whole;
        double centre = (p + z * z / (2 * whole)) / (1 + z * z / whole);
        double half = z / (1 + z * z / whole) * Math.sqrt(p * (1 - p) / whole + z * z / (4.0 * whole * whole));
        return String.format(Locale.ROOT, "%.2f–%.2f", Math.max(0, centre - half), Math.min(1, centre + half));
    }

    private static String settings(List<Setting> settings) {
        StringBuilder table = new StringBuilder("| setting | default | unit | why |\n|---|---|---|---|\n");
        settings.forEach(setting -> table.append("| `%s` | %s | %s | %s |\n"
                .formatted(setting.name(), exact(setting.preset()), setting.unit(), setting.why())));
        return table.toString().stripTrailing();
    }

    private static String number(double value) {
        return new BigDecimal(value, new MathContext(4)).stripTrailingZeros().toPlainString();
    }

    /** As a person would have to write it into a rules file. */
    private static String exact(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static String text() {
        try (InputStream page = DetectionPage.class.getResourceAsStream("detection.md")) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("a resource of this program cannot be read", e);
        }
    }
}
