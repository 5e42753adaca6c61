package observatory.ui.incident;

import observatory.analysis.Severity;

/** How a severity looks: a shape, a word and a colour, never a colour alone. */
public final class Severities {
    private Severities() {}

    /** The name of its colour in the palette. */
    public static String colour(Severity severity) {
        return severity.label();
    }

    /** Shape and word. */
    public static String told(Severity severity) {
        return shape(severity) + " " + severity.label();
    }

    public static String shape(Severity severity) {
        return switch (severity) {
            case CRITICAL -> "▲";
            case WARNING -> "◆";
            case INFO -> "●";
        };
    }
}
