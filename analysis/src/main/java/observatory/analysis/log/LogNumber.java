package observatory.analysis.log;

import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as logs print them: {@code nan}, {@code -inf}, thousands separators; empty where a text is no number. */
final class LogNumber {
    private static final int LONGEST = 40; // characters; nothing that prints doubles needs more

    private LogNumber() {}

    static OptionalDouble parse(String text) {
        String plain = text.strip();
        if (plain.isEmpty() || plain.length() > LONGEST) {
            return OptionalDouble.empty();
        }
        char last = plain.charAt(plain.length() - 1);
        return Character.isDigit(last) || last == '.' ? decimal(plain) : named(plain.toLowerCase(Locale.ROOT));
    }

    private static OptionalDouble named(String text) {
        return switch (text) {
            case "nan", "-nan", "+nan" -> OptionalDouble.of(Double.NaN);
            case "inf", "+inf", "infinity", "+infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
            case "-inf", "-infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
            default -> OptionalDouble.empty();
        };
    }

    private static OptionalDouble decimal(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text.indexOf(',') < 0 ? text : text.replace(",", "")));
        } catch (NumberFormatException notANumber) {
            return OptionalDouble.empty();
        }
    }
}
