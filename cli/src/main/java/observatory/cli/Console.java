package observatory.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;

/**
 * Where a command speaks: results to standard output, everything else to standard error. Colour and redrawing only
 * where the stream is a terminal, and never against NO_COLOR, TERM=dumb or --no-color.
 */
public final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean interactive;
    private final Colours ofResults;
    private final Colours ofScreen;

    public Console(PrintStream out, PrintStream err, boolean interactive, Colours ofResults, Colours ofScreen) {
        this.out = out;
        this.err = err;
        this.interactive = interactive;
        this.ofResults = ofResults;
        this.ofScreen = ofScreen;
    }

    /** For {@link #result}, which may go to a file while what is said is read. */
    Colours ofResults() {
        return ofResults;
    }

    /** For everything else. */
    public Colours ofScreen() {
        return ofScreen;
    }

    /** Throws where nobody takes it: who reads through `head` has what they want, and a full disk is told. */
    public void result(String text) {
        out.println(text);
        if (out.checkError()) {
            throw unheard();
        }
    }

    /** A print stream keeps to itself why it failed: writing once more tells. */
    private static Failure unheard() {
        String why = "";
        try {
            new FileOutputStream(FileDescriptor.out).write('\n');
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
        return new Failure(
                ExitCode.UNHEARD,
                why.isEmpty() || why.equals("Broken pipe") ? "" : "cannot write to standard output: " + why);
    }

    public void say(String text) {
        err.println(text);
    }

    public void error(String text) {
        err.println("observatory: " + text);
    }

    /** Whether what is on the screen may be drawn over. */
    public boolean interactive() {
        return interactive;
    }

    /** Draws over the last {@code lines} lines. A line wider than the screen is cut, not wrapped: wrapped it counts as two. */
    public void redraw(int lines, String text) {
        String over = lines > 0 ? "\033[" + lines + "F\033[0J" : "";
        err.print(over + "\033[?7l" + text + System.lineSeparator() + "\033[?7h");
        err.flush();
    }
}
