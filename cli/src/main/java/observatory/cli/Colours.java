package observatory.cli;

/** Colours text, where it goes to a terminal and nobody minds. */
public record Colours(boolean on) {
    public static final Colours NONE = new Colours(false);

    public String bold(String text) {
        return in(1, text);
    }

    public String dim(String text) {
        return in(2, text);
    }

    public String red(String text) {
        return in(31, text);
    }

    public String yellow(String text) {
        return in(33, text);
    }

    /** @param code of SGR, ECMA-48 8.3.117 */
    private String in(int code, String text) {
        return on ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
