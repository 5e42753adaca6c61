package observatory.ui.chart;

/** Names that are too long for their place: cut in the middle, as those of runs and files differ at their ends. */
public final class Names {
    private Names() {}

    /** At most so many characters of a name. */
    public static String cut(String name, int most) {
        int left = most / 2;
        return name.length() <= most
                ? name
                : name.substring(0, left) + "…" + name.substring(name.length() - (most - 1 - left));
    }
}
