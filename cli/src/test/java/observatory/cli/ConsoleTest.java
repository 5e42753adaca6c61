package observatory.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is drawn over on a terminal leaves nothing behind. */
class ConsoleTest {
    /** The part of a VT100 that a redraw needs: a column that wraps or does not, lines up, and clearing downwards. */
    private static final class Screen {
        private static final int COLUMNS = 20;
        private static final Pattern PIECE = Pattern.compile("\033\\[(\\??)(\\d+)(\\p{Alpha})|\r?\n|.");

        private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
        private int line;
        private boolean wraps = true;

        void take(String text) {
            for (Matcher piece = PIECE.matcher(text); piece.find(); ) {
                if (piece.group(3) == null) {
                    put(piece.group());
                    continue;
                }
                switch (piece.group(1) + piece.group(2) + piece.group(3)) {
                    case "?7l" -> wraps = false;
                    case "?7h" -> wraps = true;
                    case "0J" -> {
                        lines.subList(line, lines.size()).clear();
                        lines.add(new StringBuilder());
                    }
                    default -> line = Math.max(0, line - Integer.parseInt(piece.group(2)));
                }
            }
        }

        private void put(String text) {
            boolean full = lines.get(line).length() == COLUMNS;
            if (text.endsWith("\n") || full && wraps) {
                line++;
                lines.add(new StringBuilder());
            } else if (full) {
                lines.get(line).setLength(COLUMNS - 1);
            }
            if (!text.endsWith("\n")) {
                lines.get(line).append(text);
            }
        }

        String text() {
            return String.join("\n", lines);
        }
    }

    @Test
    void aLineWiderThanTheScreenIsDrawnOverAsOne() {
        ByteArrayOutputStream drawn = new ByteArrayOutputStream();
        Console console = new Console(
                System.out, new PrintStream(drawn, true, StandardCharsets.UTF_8), true, Colours.NONE, Colours.NONE);
        Screen screen = new Screen();
        String wide = "an incident of which there is much to be said";
        console.redraw(0, "step 1\n" + wide);
        console.redraw(2, "step 2\n" + wide);
        console.say("done");
        screen.take(drawn.toString(StandardCharsets.UTF_8));
        assertEquals("step 2\n" + wide.substring(0, 19) + "d\ndone\n", screen.text());
    }
}
