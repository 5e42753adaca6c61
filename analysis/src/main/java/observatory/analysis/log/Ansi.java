package observatory.analysis.log;

import java.util.regex.Pattern;

/** Takes the colours of a terminal out of a line. */
final class Ansi {
    private static final char ESCAPE = '\u001B';
    private static final Pattern SEQUENCE = Pattern.compile(ESCAPE + "\\[[0-9;?]*[A-Za-z]");

    private Ansi() {}

    static String plain(String line) {
        return line.indexOf(ESCAPE) < 0 ? line : SEQUENCE.matcher(line).replaceAll("");
    }
}
