package observatory.ui.frame;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.RunId;

/**
 * How a person names a cluster, and a run on it: {@code HOST:PORT}, also several with commas, or a file of properties of
 * Kafka's clients, which ends in {@code .properties}; {@code /RUN} behind it.
 */
public record ClusterAddress(String cluster, Optional<RunId> run) {
    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9._-]+:\\d{1,5}(?:,[A-Za-z0-9._-]+:\\d{1,5})*|.+\\.properties)(?:/([^/]+))?");

    /** Empty where the text names something else, such as a log. */
    public static Optional<ClusterAddress> of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || form.group(2) != null && Files.exists(Path.of(text))) {
            return Optional.empty();
        }
        return Optional.of(new ClusterAddress(
                form.group(1), Optional.ofNullable(form.group(2)).map(RunId::new)));
    }
}
