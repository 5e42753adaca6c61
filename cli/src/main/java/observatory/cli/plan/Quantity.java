package observatory.cli.plan;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number as people write large ones: {@code 13e9}, {@code 13B}, {@code 1.4T}, {@code 300M}. */
final class Quantity implements ITypeConverter<Double> {
    private static final Map<String, Double> SUFFIXES = Map.of("K", 1e3, "M", 1e6, "B", 1e9, "G", 1e9, "T", 1e12);

    @Override
    public Double convert(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        String last = upper.isEmpty() ? "" : upper.substring(upper.length() - 1);
        Double factor = SUFFIXES.get(last);
        try {
            double value = Double.parseDouble(factor == null ? upper : upper.substring(0, upper.length() - 1))
                    * (factor == null ? 1 : factor);
            if (value > 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("`" + text + "` is no number; write 13e9, 13B or 1.4T");
        }
        throw new TypeConversionException("`" + text + "` is not above 0");
    }

    /** Three digits that matter, with the suffix that fits. */
    static String of(double value) {
        if (!Double.isFinite(value)) {
            return "no size";
        }
        for (String suffix : new String[] {"T", "B", "M", "K"}) {
            if (value >= SUFFIXES.get(suffix)) {
                return String.format(Locale.ROOT, "%.3g %s", value / SUFFIXES.get(suffix), suffix)
                        .replace("e+03", "000");
            }
        }
        return String.format(Locale.ROOT, "%.3g", value);
    }
}
