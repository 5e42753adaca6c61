package observatory.analysis.spectrum;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A spectrum report for the terminal: one line for each layer, and below it what the table cannot say. */
public final class SpectrumTable {
    private static final String HEAD = "%-36s %12s %8s %7s %9s %7s %6s %10s %8s %8s %7s %7s %6s  %s";
    private static final int NAME = 36;

    private SpectrumTable() {}

    /** @param raw whether exponents that may not be believed are shown too */
    public static String of(SpectrumReport report, boolean raw) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                HEAD,
                "layer",
                "shape",
                "alpha",
                "D",
                "xmin",
                "sigma",
                "tail",
                "lambda_max",
                "stable r",
                "log norm",
                "edge x",
                "signs x",
                "spikes",
                "what it is");
        report.layers().forEach(layer -> row(text, layer, raw));
        report.broken().forEach(reason -> line(text, "%s", reason));
        text.append('\n');
        notes(text, report);
        return text.toString().stripTrailing();
    }

    /** One fit in one line. */
    public static String of(PowerLaw law) {
        return String.format(
                Locale.ROOT,
                "alpha %.3f +- %.3f from xmin %s on, D %.4f, %d values in the tail",
                law.alpha(),
                law.sigma(),
                law.xmin() == Math.rint(law.xmin()) && law.xmin() < 1e15
                        ? String.format(Locale.ROOT, "%.0f", law.xmin())
                        : number(law.xmin()),
                law.distance(),
                law.tail());
    }

    private static void row(StringBuilder text, LayerSpectrum row, boolean raw) {
        Spectrum spectrum = row.spectrum();
        var fit = raw ? row.fit() : row.believed();
        line(
                text,
                HEAD,
                name(row.layer().name()),
                row.layer().n() + "x" + row.layer().m()
                        + (row.layer().weights().size() > 1
                                ? "x" + row.layer().weights().size()
                                : ""),
                fit.map(law -> String.format(Locale.ROOT, "%.3f", law.alpha())).orElse("-"),
                fit.map(law -> String.format(Locale.ROOT, "%.3f", law.distance()))
                        .orElse("-"),
                fit.map(law -> number(law.xmin())).orElse("-"),
                fit.map(law -> String.format(Locale.ROOT, "%.3f", law.sigma())).orElse("-"),
                fit.map(law -> "" + law.tail()).orElse("-"),
                number(spectrum.largest()),
                "%.1f".formatted(spectrum.largest() > 0 ? spectrum.stableRank() : 0),
                "%.2f".formatted(Math.log10(spectrum.norm())),
                "%.2f".formatted(row.gate().edgeRatio()),
                "%.2f".formatted(row.gate().signRatio()),
                row.bulk().map(bulk -> "" + bulk.spikes()).orElse("-"),
                row.gate().shape().label()
                        + row.warning().map(warning -> ", " + warning).orElse("")
                        + (spectrum.method() == Spectrum.Method.LANCZOS ? " (Lanczos)" : ""));
    }

    private static void notes(StringBuilder text, SpectrumReport report) {
        List<PowerLaw> laws =
                report.layers().stream().flatMap(row -> row.believed().stream()).toList();
        long structured = report.layers().stream()
                .filter(row -> row.gate().shape().structured())
                .count();
        line(
                text,
                "%d of %d weights have directions that random weights of the same sizes have not: %s",
                structured,
                report.layers().size(),
                structured == report.layers().size()
                        ? "trained, well or badly"
                        : structured == 0
                                ? "nothing here tells them from untrained ones"
                                : "the others look untrained");
        OptionalDouble mean = laws.stream().mapToDouble(PowerLaw::alpha).average();
        line(
                text,
                "%s",
                mean.isPresent()
                        ? "mean alpha %.3f over %d of %d layers with a power law"
                                .formatted(
                                        mean.getAsDouble(),
                                        laws.size(),
                                        report.layers().size())
                        : "no layer has a power law: an exponent needs a distance D of at most 0.10 over a tail of 50");
        if (report.layers().stream().anyMatch(row -> row.warning().isPresent())) {
            line(
                    text,
                    "%s",
                    "over-trained, under-trained: WeightWatcher's words for an alpha below 2 or above 6, no statement about"
                            + " this run's loss");
        }
        line(
                text,
                "%s",
                "edge x: largest eigenvalue over the edge of noise of the same size and norm; signs x: over that of the same"
                        + " weights with random signs; spikes: eigenvalues beyond a fitted Marchenko-Pastur bulk");
        if (!report.skipped().isEmpty()) {
            line(
                    text,
                    "%d weights without a spectrum, vectors and small ones for the most part; --json names them",
                    report.skipped().size());
        }
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(format.formatted(values).stripTrailing()).append('\n');
    }

    private static String name(String name) {
        return name.length() <= NAME ? name : "..." + name.substring(name.length() - NAME + 3);
    }

    private static String number(double value) {
        return value != 0 && (value < 1e-3 || value >= 1e5)
                ? String.format(Locale.ROOT, "%.2e", value)
                : String.format(Locale.ROOT, "%.4f", value);
    }
}
