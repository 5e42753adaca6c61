package observatory.cli;

/** Colours text, where it goes to a terminal and nobody minds. */
record Colours(boolean on) {
    static final Colours NONE = new Colours(false);

    String bold(String text) {
        return in(1, text);
    }

    String dim(String text) {
        return in(2, text);
    }

    String red(String text) {
        return in(31, text);
    }

    String yellow(String text) {
        return in(33, text);
    }

    /** @param code of SGR, ECMA-48 8.3.117 */
    private String in(int code, String text) {
        return on ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
