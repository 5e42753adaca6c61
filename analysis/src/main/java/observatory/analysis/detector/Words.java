package observatory.analysis.detector;

import java.util.Locale;

/** Numbers as a person would write them: four digits that matter, whatever their size, in no one's locale. */
final class Words {
    private Words() {}

    /** "1 point", or "2 points". */
    static String count(long many, String one) {
        return many + " " + one + (many == 1 ? "" : "s");
    }

    static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e6)) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
        int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
