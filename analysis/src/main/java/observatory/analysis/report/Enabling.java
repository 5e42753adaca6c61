package observatory.analysis.report;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import observatory.probe.builtin.Probes;

/** What would give a detector what it missed: a built-in probe, or one more value in the log. */
final class Enabling {
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9]*(?:[_/][a-z0-9]+)*");
    private static final Pattern SCALAR = Pattern.compile("scalar (?:none of )?([a-z0-9_/]+)");

    private Enabling() {}

    /**
     * The probes that report a metric named in a reason, else the scalar that a reason says is missing from the log.
     */
    static String of(String reason) {
        List<String> words =
                WORD.matcher(reason).results().map(found -> found.group()).toList();
        String probes = Probes.catalogue().stream()
                .filter(entry -> entry.metrics().stream().anyMatch(metric -> words.contains(metric.name())))
                .map(entry -> "probe " + entry.name())
                .distinct()
                .collect(Collectors.joining(", "));
        Matcher scalar = SCALAR.matcher(reason);
        if (probes.isEmpty() && scalar.find()) {
            return "a trainer that logs " + scalar.group(1);
        }
        return probes;
    }
}
