package observatory.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Numbers as people read them, in texts, on pages and on the screen: four significant digits, or all of a whole number
 * below a hundred million; thousands apart, no trailing zeros, a power of ten where the zeros would have to be counted.
 */
public final class Numbers {
    private static final int DIGITS = 4;
    private static final int OF_PROBABILITIES = 2; // more is not known
    private static final double LARGE = 1e7;
    private static final double SMALL = 1e-4;

    private Numbers() {}

    public static String of(Object value) {
        return switch (value) {
            case Long whole -> whole(whole);
            case Double number -> of((double) number);
            default -> value.toString();
        };
    }

    public static String of(double value) {
        boolean exact = value == Math.rint(value) && Math.abs(value) < 10 * LARGE;
        return exact ? whole((long) value) : of(value, DIGITS);
    }

    public static String probability(double value) {
        return of(value, OF_PROBABILITIES);
    }

    public static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Rounded to so many significant digits, whole or not. */
    public static String of(double value, int digits) {
        if (!Double.isFinite(value) || value == 0) {
            return value == 0 ? "0" : Double.toString(value);
        }
        BigDecimal rounded =
                new BigDecimal(value, new MathContext(digits, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        double size = Math.abs(rounded.doubleValue());
        if (size >= LARGE || size < SMALL) {
            int exponent = rounded.precision() - rounded.scale() - 1;
            return rounded.movePointLeft(exponent).toPlainString() + "e" + exponent;
        }
        return size >= 1000 ? whole(rounded.longValue()) : rounded.toPlainString();
    }
}
