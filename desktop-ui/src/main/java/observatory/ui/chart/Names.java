package observatory.ui.chart;

import java.util.regex.Pattern;

/** Names that are too long for their place: cut in the middle or broken into lines, as those of runs differ at their ends. */
public final class Names {
    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<=[-_./])");

    private Names() {}

    /** At most so many characters of a name. */
    public static String cut(String name, int most) {
        int left = most / 2;
        return name.length() <= most
                ? name
                : name.substring(0, left) + "…" + name.substring(name.length() - (most - 1 - left));
    }

    /** In lines of at most so many characters, broken between the words of the name where they are no longer than that. */
    public static String lines(String name, int most) {
        StringBuilder lines = new StringBuilder();
        int room = most;
        for (String word : BETWEEN_WORDS.split(name)) {
            String left = word;
            if (left.length() > room && room < most) {
                lines.append('\n');
                room = most;
            }
            while (left.length() > room) {
                lines.append(left, 0, room).append('\n');
                left = left.substring(room);
                room = most;
            }
            lines.append(left);
            room -= left.length();
        }
        return lines.toString();
    }
}
