package observatory.ui.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them on a screen: short, the same in every locale, with a true minus sign. */
public final class Numbers {
    private static final MathContext FOUR = new MathContext(4, RoundingMode.HALF_EVEN);
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private Numbers() {}

    /** Four significant digits, or all of a whole number below a hundred million. */
    public static String of(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "−Inf";
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (value == Math.rint(value) && size < 1e8) {
            return whole((long) value);
        }
        if (size >= 1e7 || size < 1e-4) {
            return scientific(value);
        }
        BigDecimal rounded = new BigDecimal(value).round(FOUR).stripTrailingZeros();
        return signed(size >= 1000 ? String.format(Locale.ROOT, "%,d", rounded.longValue()) : rounded.toPlainString());
    }

    /** A share in percent, to two decimals. */
    public static String percent(double share) {
        return share > 0 && share < 1e-4 ? "< 0.01 %" : of(Math.rint(1e4 * share) / 100) + " %";
    }

    public static String whole(long value) {
        return signed(String.format(Locale.ROOT, "%,d", value));
    }

    /** A tick of an axis whose ticks are {@code stride} apart: as many digits as tell it from the next. */
    static String tick(double value, double stride) {
        double size = Math.abs(value);
        if (size < stride / 2) {
            return "0";
        }
        if (size >= 1e6 && stride >= 1e5) {
            double millions = value / 1e6;
            return signed(BigDecimal.valueOf(millions)
                            .setScale(stride >= 1e6 ? 0 : 1, RoundingMode.HALF_EVEN)
                            .toPlainString())
                    + "M";
        }
        if (size >= 1e6 || stride < 1e-4) {
            return scientific(value);
        }
        int digits = (int) Math.max(0, Math.ceil(-Math.log10(stride) - 1e-9));
        return signed(String.format(Locale.ROOT, "%,." + digits + "f", value));
    }

    static String power(int decade) {
        if (decade >= -3 && decade <= 3) {
            return BigDecimal.ONE.scaleByPowerOfTen(decade).toPlainString();
        }
        return "10" + superscript(decade);
    }

    /** A whole number as an exponent. */
    public static String superscript(int exponent) {
        StringBuilder text = new StringBuilder(exponent < 0 ? "⁻" : "");
        for (char digit : Integer.toString(Math.abs(exponent)).toCharArray()) {
            text.append(SUPERSCRIPTS.charAt(digit - '0'));
        }
        return text.toString();
    }

    /** A duration in its one or two largest units. */
    public static String duration(Duration time) {
        double seconds = time.toMillis() / 1000.0;
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", Math.max(0, seconds));
        }
        long whole = Math.round(seconds);
        if (whole < 120) {
            return whole + " s";
        }
        if (whole < 7200) {
            return whole / 60 + " min";
        }
        return whole < 172_800 ? whole / 3600 + " h " + whole % 3600 / 60 + " min" : whole / 86_400 + " days";
    }

    private static String scientific(double value) {
        BigDecimal exact = new BigDecimal(value)
                .round(new MathContext(3, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        return signed(exact.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent);
    }

    private static String signed(String number) {
        return number.replace('-', '−');
    }
}
