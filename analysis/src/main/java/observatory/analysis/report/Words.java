package observatory.analysis.report;

import java.util.Locale;

/** Names of programs as people write them. */
final class Words {
    private Words() {}

    /** {@code leadSteps}, {@code lead_steps} and {@code LeadSteps} are "lead steps". */
    static String apart(String name) {
        return name.replace('_', ' ')
                .replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    static String sentence(String words) {
        return words.isEmpty() ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
