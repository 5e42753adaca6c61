package observatory.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them: four significant digits, thousands apart, no trailing zeros. */
public final class Numbers {
    private static final MathContext DIGITS = new MathContext(4);

    private Numbers() {}

    public static String of(Object value) {
        return switch (value) {
            case Long whole -> whole(whole);
            case Double number -> of((double) number);
            default -> value.toString();
        };
    }

    public static String of(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return value == 0 ? "0" : Double.toString(value);
        }
        double size = Math.abs(value);
        return size >= 1e7 || size < 1e-3 ? String.format(Locale.ROOT, "%.3e", value) : plain(value);
    }

    public static String plain(double value) {
        BigDecimal rounded = new BigDecimal(value, DIGITS).stripTrailingZeros();
        return Math.abs(value) >= 1000 ? whole(Math.round(rounded.doubleValue())) : rounded.toPlainString();
    }

    public static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
