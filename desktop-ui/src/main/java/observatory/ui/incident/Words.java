package observatory.ui.incident;

import java.util.regex.Pattern;
import observatory.analysis.Kind;

/** The names of things as they stand on the screen. */
public final class Words {
    /** Formats, which are written small, and abbreviations, which are not words. */
    private static final Pattern AS_THEY_ARE = Pattern.compile("^(bf16|fp16|fp32|fp8|e4m3|e5m2|qk|nan)\\b");

    private Words() {}

    public static String of(Kind kind) {
        return plain(kind.label());
    }

    /** A name of the wire, such as {@code loss_spike}, as words. */
    public static String plain(String label) {
        String words = label.replace('_', ' ');
        if (AS_THEY_ARE.matcher(words).find()) {
            return words.replaceFirst("^qk", "QK").replaceFirst("^nan", "NaN");
        }
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
