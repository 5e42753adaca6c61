package observatory.ui.chart;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/** Numbers as {@linkplain observatory.analysis.Numbers all texts write them}, with a true minus sign; and what only charts write. */
public final class Numbers {
    /** Of what is too large to be written in full: trillions, billions, millions. */
    private static final String SUFFIXES = "TBM";

    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private Numbers() {}

    public static String of(double value) {
        return signed(observatory.analysis.Numbers.of(value));
    }

    /** A number, or what else was found, as text. */
    public static String of(Object fact) {
        String text = observatory.analysis.Numbers.of(fact);
        return fact instanceof Number ? signed(text) : text;
    }

    public static String probability(double value) {
        return observatory.analysis.Numbers.probability(value);
    }

    /** A share in percent, to two decimals. */
    public static String percent(double share) {
        return share > 0 && share < 1e-4 ? "< 0.01 %" : of(Math.rint(1e4 * share) / 100) + " %";
    }

    public static String whole(long value) {
        return signed(observatory.analysis.Numbers.whole(value));
    }

    /** A tick of an axis whose ticks are {@code stride} apart: as many digits as tell it from the next. */
    static String tick(double value, double stride) {
        double size = Math.abs(value);
        if (size < stride / 2) {
            return "0";
        }
        for (int i = 0; i < SUFFIXES.length(); i++) {
            double unit = Math.pow(1000, 4 - i);
            if (size >= unit && stride >= unit / 10) {
                return signed(BigDecimal.valueOf(value / unit)
                                .setScale(stride >= unit ? 0 : 1, RoundingMode.HALF_EVEN)
                                .toPlainString())
                        + SUFFIXES.charAt(i);
            }
        }
        int decimals = (int) Math.ceil(-Math.log10(stride) - 1e-9);
        if (size >= 1e7 || size < 1e-3) {
            return signed(observatory.analysis.Numbers.of(
                    value, Math.max(1, decimals + (int) Math.floor(Math.log10(size) + 1e-9) + 1)));
        }
        return signed(String.format(Locale.ROOT, "%,." + Math.max(0, decimals) + "f", value));
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

    private static String signed(String number) {
        return number.replace('-', '−');
    }
}
