package observatory.analysis.log;

import java.util.regex.Pattern;

/** Takes the colours of a terminal out of a line, and the zeros that a file system leaves where a write was lost. */
final class Ansi {
    private static final char ESCAPE = '\u001B';
    private static final Pattern SEQUENCE = Pattern.compile(ESCAPE + "\\[[0-9;?]*[A-Za-z]");

    private Ansi() {}

    static String plain(String line) {
        String text = line.indexOf(0) < 0 ? line : line.replace("\0", "");
        return text.indexOf(ESCAPE) < 0 ? text : SEQUENCE.matcher(text).replaceAll("");
    }
}
