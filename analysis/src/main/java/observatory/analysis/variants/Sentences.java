package observatory.analysis.variants;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import observatory.analysis.Numbers;

/** What a study says, in one sentence for each measure. */
final class Sentences {
    private Sentences() {}

    static String of(Study study, Measure measure) {
        Map<Study.Finding, List<String>> found = new EnumMap<>(Study.Finding.class);
        List<Paired> comparisons = study.comparisons(measure);
        for (int i = 0; i < comparisons.size(); i++) {
            String variant = study.others().get(i);
            Paired comparison = comparisons.get(i);
            Study.Finding finding = study.finding(measure, comparison);
            String words = finding == Study.Finding.NONE
                    ? variant
                    : "%s (%s, p = %s)"
                            .formatted(
                                    variant,
                                    measure.interval(study.estimate(variant, measure)),
                                    Numbers.probability(comparison.probability()));
            found.computeIfAbsent(finding, f -> new ArrayList<>()).add(words);
        }
        List<String> parts = new ArrayList<>();
        found.forEach((finding, variants) -> parts.add(switch (finding) {
                    case LESS -> measure.less() + " with ";
                    case MORE -> measure.more() + " with ";
                    case SMALL -> "changed by less than seeds change it with ";
                    case NONE -> "no difference found with ";
                }
                + String.join(", ", variants)));
        return "%s, of the baseline %s: %s."
                .formatted(
                        measure.title(),
                        measure.interval(study.estimate(study.baseline(), measure)),
                        String.join("; ", parts));
    }
}
