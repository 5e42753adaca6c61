package observatory.ui.incident;

import observatory.analysis.Kind;

/** The names of things as they stand on the screen. */
public final class Words {
    private Words() {}

    public static String of(Kind kind) {
        return plain(kind.label());
    }

    /** A name of the wire, such as {@code loss_spike}, as words. */
    public static String plain(String label) {
        String words = label.replace('_', ' ');
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
