package observatory.stream.cluster;

import java.util.Locale;
import java.util.regex.Pattern;

/** A text that is used and never shown: whatever prints it prints {@code <secret>}. */
public final class Secret {
    private static final Pattern NAMES =
            Pattern.compile(".*(password|secret|token|credential|jaas\\.config|ssl\\.key|keystore\\.key|private).*");

    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** Whether the setting of this name holds a secret. */
    public static boolean named(String setting) {
        return NAMES.matcher(setting.toLowerCase(Locale.ROOT)).matches();
    }

    /** The text itself, for whoever must send it. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return 0; // Not even a hash of it.
    }

    @Override
    public String toString() {
        return "<secret>";
    }
}
