package observatory.analysis.report;

import java.awt.Color;
import observatory.analysis.Severity;

/** The colours of reports: those of Okabe and Ito (2008), which people with any colour vision tell apart. */
final class Palette {
    static final Color BLUE = new Color(0x0072B2);
    static final Color ORANGE = new Color(0xE69F00);
    static final Color GREEN = new Color(0x009E73);
    static final Color PURPLE = new Color(0xCC79A7);
    static final Color SKY = new Color(0x56B4E9);
    static final Color VERMILION = new Color(0xD55E00);

    private Palette() {}

    static Color of(Severity severity) {
        return switch (severity) {
            case INFO -> SKY;
            case WARNING -> ORANGE;
            case CRITICAL -> VERMILION;
        };
    }

    /** A shape beside the colour, for print and for those who see no colours. */
    static String shape(Severity severity) {
        return switch (severity) {
            case INFO -> "●";
            case WARNING -> "▲";
            case CRITICAL -> "◆";
        };
    }
}
