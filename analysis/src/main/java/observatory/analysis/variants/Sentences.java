package observatory.analysis.variants;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import observatory.analysis.Numbers;

/** What a study says, in one sentence for each measure. */
final class Sentences {
    private Sentences() {}

    static String of(Study study, Measure measure) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (Study.Finding finding : Study.Finding.values()) {
            found.put(words(measure, finding), new ArrayList<>());
        }
        List<Paired> comparisons = study.comparisons(measure);
        for (int i = 0; i < comparisons.size(); i++) {
            Study.Finding finding = study.finding(measure, comparisons.get(i));
            String variant = study.others().get(i);
            String told = finding == Study.Finding.NONE
                    ? variant
                    : "%s (%s, p = %s)"
                            .formatted(
                                    variant,
                                    measure.interval(study.estimate(variant, measure)),
                                    Numbers.probability(comparisons.get(i).probability()));
            found.get(words(measure, finding)).add(told);
        }
        return "%s, of the baseline %s: %s."
                .formatted(
                        measure.title(),
                        measure.interval(study.estimate(study.baseline(), measure)),
                        found.entrySet().stream()
                                .filter(one -> !one.getValue().isEmpty())
                                .map(one -> one.getKey() + " with " + String.join(", ", one.getValue()))
                                .collect(Collectors.joining("; ")));
    }

    private static String words(Measure measure, Study.Finding finding) {
        return switch (finding) {
            case LESS -> measure.less();
            case MORE -> measure.more();
            case SMALL -> "changed by less than seeds change it";
            case NONE -> "no difference found";
        };
    }

    /**
     * Which variants are more and which are less stable than the baseline: sensitivity and the loss over all rates have
     * to move the same way. Where they do not, the sensitivity is another only because the best loss is.
     */
    static String verdict(Study study) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        List<Paired> sensitivities = study.comparisons(Measure.SENSITIVITY);
        List<Paired> losses = study.comparisons(Measure.MEAN_LOSS);
        for (int i = 0; i < sensitivities.size(); i++) {
            Study.Finding sensitivity = study.finding(Measure.SENSITIVITY, sensitivities.get(i));
            boolean both = sensitivity == study.finding(Measure.MEAN_LOSS, losses.get(i));
            String said = switch (sensitivity) {
                case LESS -> both ? "more stable" : "no more stable, though less sensitive to the rate";
                case MORE -> both ? "less stable" : "no less stable, though more sensitive to the rate";
                case SMALL, NONE -> "no difference found";
            };
            found.computeIfAbsent(said, s -> new ArrayList<>())
                    .add(study.others().get(i));
        }
        return "Against the baseline, by sensitivity and loss over all rates together: "
                + found.entrySet().stream()
                        .map(one -> one.getKey() + ": " + String.join(", ", one.getValue()))
                        .collect(Collectors.joining("; "))
                + ".";
    }

    /** Which variants may do better at a rate that was not tried; empty where the best of all lie within those that were. */
    static String edges(Study study) {
        double[] rates = study.rates();
        List<String> said = new ArrayList<>();
        for (double edge : new double[] {rates[0], rates[rates.length - 1]}) {
            List<String> there = study.variants().stream()
                    .filter(variant -> study.bestRate(variant) == edge)
                    .toList();
            if (rates.length > 1 && !there.isEmpty()) {
                said.add(
                        "The best rate of %s is the %s that was tried, %s: there may be a better one beyond it (--rates)."
                                .formatted(
                                        String.join(", ", there),
                                        edge == rates[0] ? "lowest" : "highest",
                                        VariantsPage.rate(edge)));
            }
        }
        return String.join(" ", said);
    }
}
