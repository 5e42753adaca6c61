package observatory.probe;

import java.util.regex.Pattern;

/**
 * The name of a run: 1 to 100 letters, digits, dots, dashes and underscores, so that it is safe in any file, key or
 * label.
 */
public record RunId(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public RunId {
        if (!ALLOWED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a run is named by 1 to 100 of A-Z a-z 0-9 . _ -, beginning with a letter or digit: " + value
                            + "; try " + sanitised(value));
        }
    }

    /** The nearest allowed name to any text, such as the name of a log file. */
    public static RunId near(String text) {
        return new RunId(sanitised(text));
    }

    private static String sanitised(String text) {
        String safe = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
        if (safe.isEmpty()) {
            return "run";
        }
        return safe.substring(0, Math.min(100, safe.length()));
    }

    @Override
    public String toString() {
        return value;
    }
}
