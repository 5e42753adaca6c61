package observatory.analysis.log;

import java.util.Set;

/**
 * The numbers of a line of prose with the name before each: {@code step 12/100 | loss 3.2 (+0.1z) | dt: 310.5ms},
 * {@code step:12/100 train_loss:3.2}, {@code ep: 0, batch: 20, loss: 9.1}. Dates, times and words with digits in them
 * are no numbers; a total behind a slash is left out.
 */
final class Pairs {
    private static final int LONGEST_NAME = 64;
    private static final Set<String> UNITS = Set.of(
            "ms", "s", "us", "ns", "sec", "secs", "min", "h", "%", "k", "K", "M", "B", "G", "T", "GB", "GiB", "MB",
            "MiB", "x", "z", "TFLOPS", "TFLOPs", "tok", "it", "e");

    /** Takes a pair; the unit is empty where none stands behind the number. */
    interface Sink {
        void pair(String name, double value, String unit);
    }

    private final String line;
    private final Sink sink;
    private int nameFrom;
    private int at;

    private Pairs(String line, Sink sink) {
        this.line = line;
        this.sink = sink;
    }

    static void scan(String line, Sink sink) {
        new Pairs(line, sink).scan();
    }

    private void scan() {
        while (at < line.length()) {
            if (!beginsToken() || line.charAt(at) == '\'' || line.charAt(at) == '"') {
                at++;
                continue;
            }
            int from = at;
            int end = numberEnd(from);
            if (end < 0) {
                skipWord();
                continue;
            }
            int unitEnd = unitEnd(end);
            String unit = line.substring(end, unitEnd);
            if (!isUnit(unit) || isDateOrTime(unitEnd)) {
                skipWord();
                nameFrom = at;
                continue;
            }
            String name = name(line.substring(nameFrom, from));
            if (!name.isEmpty()) {
                LogNumber.parse(line.substring(from, end)).ifPresent(value -> sink.pair(name, value, unit));
            }
            at = afterTotal(unitEnd);
            nameFrom = at;
        }
    }

    private int unitEnd(int from) {
        int end = from;
        while (end < line.length() && (Character.isLetter(line.charAt(end)) || line.charAt(end) == '%')) {
            end++;
        }
        return end;
    }

    private static boolean isUnit(String letters) {
        return letters.isEmpty() || UNITS.contains(letters);
    }

    private boolean beginsToken() {
        char before = at == 0 ? ' ' : line.charAt(at - 1);
        return !(Character.isLetterOrDigit(before) || before == '_' || before == '.' || before == '-' || before == '/');
    }

    /** Where the number that begins here ends; -1 where none does. */
    private int numberEnd(int from) {
        int i = from;
        if (i < line.length() && (line.charAt(i) == '-' || line.charAt(i) == '+')) {
            i++;
        }
        for (String word : new String[] {"infinity", "nan", "inf"}) {
            int end = i + word.length();
            if (line.regionMatches(true, i, word, 0, word.length()) && isUnit(line.substring(end, unitEnd(end)))) {
                return end; // nan, or nanms, but not the beginning of INFO
            }
        }
        int digits = i;
        while (i < line.length()
                && (isDigit(i)
                        || line.charAt(i) == ','
                                && isDigit(i + 1)
                                && isDigit(i + 2)
                                && isDigit(i + 3)
                                && !isDigit(i + 4))) {
            i++;
        }
        boolean whole = i > digits;
        if (i < line.length() && line.charAt(i) == '.' && (whole || isDigit(i + 1))) {
            i++;
            while (isDigit(i)) {
                i++;
            }
        }
        if (i == digits) {
            return -1;
        }
        if (i < line.length() && (line.charAt(i) == 'e' || line.charAt(i) == 'E')) {
            int exponent =
                    i + 1 < line.length() && (line.charAt(i + 1) == '-' || line.charAt(i + 1) == '+') ? i + 2 : i + 1;
            if (isDigit(exponent)) {
                i = exponent;
                while (isDigit(i)) {
                    i++;
                }
            }
        }
        return i;
    }

    private boolean isDigit(int i) {
        return i < line.length() && line.charAt(i) >= '0' && line.charAt(i) <= '9';
    }

    /** {@code 2024-01-31}, {@code 10:20:30}, {@code 1.2.3}, {@code 8x7b}: digits that go on behind a joint. */
    private boolean isDateOrTime(int end) {
        if (end >= line.length()) {
            return false;
        }
        char joint = line.charAt(end);
        return joint == '_'
                || Character.isDigit(joint)
                || (joint == '-' || joint == ':' || joint == '.') && isDigit(end + 1);
    }

    /** A word ends at a colon, but a time of day goes on behind it. */
    private void skipWord() {
        boolean digits = isDigit(at);
        while (at < line.length() && !endsWord(line.charAt(at)) && (digits || line.charAt(at) != ':')) {
            at++;
        }
        at++;
    }

    private static boolean endsWord(char c) {
        return Character.isWhitespace(c) || "|,;=[](){}".indexOf(c) >= 0;
    }

    private int afterTotal(int end) {
        int i = end;
        while (i < line.length() && line.charAt(i) == ' ') {
            i++;
        }
        if (i < line.length() && line.charAt(i) == '/') {
            i++;
            while (i < line.length() && line.charAt(i) == ' ') {
                i++;
            }
            int total = numberEnd(i);
            return total < 0 ? end : total;
        }
        return end;
    }

    /** The name in what stands between two numbers: its last part, without marks around it. */
    private static String name(String between) {
        int end = between.length();
        while (end > 0 && " \t:='\"".indexOf(between.charAt(end - 1)) >= 0) {
            end--;
        }
        int from = end;
        while (from > 0
                && "|,;:=()[]{}<>'\"\t".indexOf(between.charAt(from - 1)) < 0
                && !(from > 1 && between.charAt(from - 1) == ' ' && between.charAt(from - 2) == ' ')) {
            from--;
        }
        int dash = between.lastIndexOf(" - ", end - 3); // a dash with nothing behind it is a mark before the number
        String name =
                between.substring(Math.max(from, dash < 0 ? 0 : dash + 3), end).strip();
        boolean named = !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && (Character.isLetter(name.charAt(0)) || name.charAt(0) == '_');
        return named ? name : "";
    }
}
