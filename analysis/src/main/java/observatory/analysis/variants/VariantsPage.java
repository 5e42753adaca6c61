package observatory.analysis.variants;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import observatory.analysis.Numbers;
import org.apache.commons.math3.stat.StatUtils;

/** A study as a page of Markdown: what it says first, then the numbers it says it by. */
public final class VariantsPage {
    private static final String HOW = """
             Sensitivity is what the final loss (of the last 32 steps) has above the best of all rates, in the mean over \
            rates: a broken run counts as untrained, and what learns more at its best has more to lose, so less stable is \
            only what is also worse over all rates. A run diverged where it ended early, not finite, no better than \
            untrained, or 1.2 times above its lowest. In brackets are 95 % intervals over seeds; p is of a paired t test \
            over seeds, corrected for all comparisons of its table (Holm), which the brackets are not.
            """;

    private final Study study;
    private final StringBuilder page = new StringBuilder();

    private VariantsPage(Study study) {
        this.study = study;
    }

    /** @param what was trained, in a sentence or two */
    public static String of(Study study, String what) {
        return new VariantsPage(study).write(what);
    }

    private String write(String what) {
        page.append("# Variants\n\n");
        if (study.seeds().length == 0) {
            return page.append(what)
                    .append("\n\nNo seed is complete: nothing can be compared yet.")
                    .toString();
        }
        if (study.seeds().length < 2) {
            page.append("One seed cannot tell a difference from chance; take more with --seeds.\n");
        } else if (!study.others().isEmpty()) {
            page.append(Sentences.verdict(study)).append("\n\n");
            for (Measure measure : Measure.values()) {
                page.append("- ").append(Sentences.of(study, measure)).append('\n');
            }
        }
        String edges = Sentences.edges(study);
        if (!edges.isEmpty()) {
            page.append('\n').append(edges).append('\n');
        }
        page.append('\n').append(what).append(HOW);
        for (Measure measure : Measure.values()) {
            compared(measure);
        }
        byRate("Final loss, mean ± standard deviation between seeds", runs -> spread(runs, Outcome::finalLoss));
        byRate(
                "Runs that diverged, of " + study.seeds().length,
                runs -> Long.toString(runs.filter(Outcome::diverged).count()));
        byRate("Largest attention logit, median over seeds", runs -> median(runs, Outcome::attentionLogit));
        byRate("Largest rms of the residual stream, median over seeds", runs -> median(runs, Outcome::residualRms));
        if (study.variants().stream().flatMap(study::of).anyMatch(run -> run.skipped() > 0)) {
            byRate(
                    "Steps left out because their gradient was not finite, mean over seeds",
                    runs -> Numbers.of(StatUtils.mean(values(runs, Outcome::skipped)), 2));
        }
        return page.toString().stripTrailing();
    }

    private void compared(Measure measure) {
        page.append("\n").append(measure.title()).append(":\n\n");
        row(List.of("variant", "mean", "against the baseline", "p"));
        rule(4);
        row(List.of(study.baseline(), measure.interval(study.estimate(study.baseline(), measure)), "", ""));
        List<Paired> comparisons = study.comparisons(measure);
        for (int i = 0; i < comparisons.size(); i++) {
            String variant = study.others().get(i);
            Paired paired = comparisons.get(i);
            row(List.of(
                    variant,
                    measure.interval(study.estimate(variant, measure)),
                    measure.signed(paired.difference()),
                    study.seeds().length < 2 ? "" : Numbers.probability(paired.probability())));
        }
    }

    private void byRate(String title, Function<Stream<Outcome>, String> cell) {
        page.append("\n").append(title).append(", by peak rate:\n\n");
        row(Stream.concat(Stream.of("variant"), Arrays.stream(study.rates()).mapToObj(VariantsPage::rate))
                .toList());
        rule(study.rates().length + 1);
        for (String variant : study.variants()) {
            row(Stream.concat(
                            Stream.of(variant),
                            Arrays.stream(study.rates()).mapToObj(rate -> cell.apply(study.at(variant, rate))))
                    .toList());
        }
    }

    private static String spread(Stream<Outcome> runs, ToDoubleFunction<Outcome> value) {
        Estimate estimate = Estimate.of(values(runs, value));
        return Double.isNaN(estimate.spread())
                ? String.format(Locale.ROOT, "%.3f", estimate.mean())
                : String.format(Locale.ROOT, "%.3f ± %.3f", estimate.mean(), estimate.spread());
    }

    private static String median(Stream<Outcome> runs, ToDoubleFunction<Outcome> value) {
        return Numbers.of(StatUtils.percentile(values(runs, value), 50), 3);
    }

    private static double[] values(Stream<Outcome> runs, ToDoubleFunction<Outcome> value) {
        return runs.mapToDouble(value).toArray();
    }

    static String rate(double rate) {
        return Numbers.of(rate, 4);
    }

    private void row(List<String> cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private void rule(int columns) {
        page.append("|").append("---|".repeat(columns)).append('\n');
    }
}
