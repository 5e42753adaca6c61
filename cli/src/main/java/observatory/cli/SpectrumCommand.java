package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import observatory.analysis.spectrum.DiscretePowerLaw;
import observatory.analysis.spectrum.LayerSpectrum;
import observatory.analysis.spectrum.Numbers;
import observatory.analysis.spectrum.PowerLaw;
import observatory.analysis.spectrum.SpectrumChart;
import observatory.analysis.spectrum.SpectrumJson;
import observatory.analysis.spectrum.SpectrumReport;
import observatory.analysis.spectrum.SpectrumTable;
import observatory.analysis.spectrum.file.WeightFileException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Looks at the eigenvalues of a checkpoint's weights. */
@Command(
        mixinStandardHelpOptions = true,
        description = "Weight spectra of a checkpoint: power laws, stable ranks, noise and what stands out of it. Reads"
                + " safetensors (a file or a folder of shards), NumPy (.npy, .npz) and ONNX; a text file of numbers, one a"
                + " line, gets one power law.")
final class SpectrumCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Parameters(paramLabel = "PATH", description = "The weights.")
    private Path path;

    @Option(names = "--layers", paramLabel = "REGEX", description = "Only weights whose name has a match.")
    private String layers;

    @Option(
            names = "--exact-up-to",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Compute all eigenvalues up to this many columns, a density above (${DEFAULT-VALUE}).")
    private int exactUpTo;

    @Option(names = "--threads", paramLabel = "N", description = "Layers at once (as many as there are processors).")
    private Integer threads;

    @Option(names = "--raw", description = "Show exponents of fits that may not be believed, too.")
    private boolean raw;

    @Option(names = "--continuous", description = "Take whole numbers of a text file for measurements, not for counts.")
    private boolean continuous;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--png", paramLabel = "DIR", description = "Draw every layer's spectrum into this folder.")
    private Path png;

    @Override
    public Integer call() throws IOException {
        Readable.INPUT.check("file of weights", path);
        Optional<Numbers> numbers = Numbers.read(path);
        if (numbers.isPresent()) {
            return fit(numbers.get());
        }
        SpectrumReport report;
        try {
            report = SpectrumReport.of(path, wanted(), effort(), progress());
        } catch (WeightFileException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        if (report.layers().isEmpty() && report.broken().isEmpty()) {
            throw new Failure(
                    ExitCode.CORRUPT_INPUT,
                    path + ": no weight with a spectrum"
                            + (report.skipped().isEmpty()
                                    ? "; give floating-point weights of two or four dimensions"
                                            + (layers == null ? "" : " that --layers matches")
                                    : ": " + report.skipped().getFirst().name() + " has "
                                            + report.skipped().getFirst().reason()));
        }
        if (png != null) {
            draw(report);
        }
        parent.console().result(json ? SpectrumJson.of(report) : SpectrumTable.of(report, raw));
        return report.broken().isEmpty() ? ExitCode.OK : ExitCode.CORRUPT_INPUT;
    }

    /** One power law, discrete for counts. */
    private int fit(Numbers numbers) {
        double[] values = numbers.ascending();
        Optional<PowerLaw> law = numbers.whole() && !continuous
                ? DiscretePowerLaw.fit(
                        Arrays.stream(values).mapToLong(value -> (long) value).toArray())
                : PowerLaw.fit(values, 0, PowerLaw.Upper.OPEN);
        String result = law.map(json ? SpectrumJson::of : SpectrumTable::of)
                .orElseThrow(() -> new Failure(
                        ExitCode.CORRUPT_INPUT, path + ": no power law: fewer than two different numbers above zero"));
        parent.console().result(result);
        return ExitCode.OK;
    }

    private Predicate<String> wanted() {
        try {
            return layers == null ? name -> true : Pattern.compile(layers).asPredicate();
        } catch (PatternSyntaxException e) {
            throw Failure.usage("--layers is no regular expression: " + e.getDescription() + " in `" + layers + "`");
        }
    }

    private SpectrumReport.Effort effort() {
        int parallel = Optional.ofNullable(threads).orElse(Runtime.getRuntime().availableProcessors());
        if (parallel < 1 || exactUpTo < 0) {
            throw Failure.usage("--threads is at least 1 and --exact-up-to at least 0: " + parallel + ", " + exactUpTo);
        }
        return new SpectrumReport.Effort(exactUpTo, parallel);
    }

    /** On a terminal, once it has taken a second. */
    private IntConsumer progress() {
        Console console = parent.console();
        if (!console.interactive()) {
            return left -> {};
        }
        long began = System.nanoTime();
        boolean[] shown = new boolean[1];
        return left -> {
            synchronized (shown) {
                if (System.nanoTime() - began > 1_000_000_000L) {
                    console.redraw(shown[0] ? 1 : 0, left + " layers to do");
                    shown[0] = true;
                }
            }
        };
    }

    private void draw(SpectrumReport report) {
        try {
            Files.createDirectories(png);
            for (LayerSpectrum row : report.layers()) {
                String name = row.layer().name().replaceAll("[^A-Za-z0-9._-]", "_");
                Files.write(png.resolve((name.startsWith(".") ? "_" : "") + name + ".png"), SpectrumChart.png(row));
            }
        } catch (IOException e) {
            throw new Failure(ExitCode.CONFIGURATION, "cannot write pictures to " + png + ": " + e.getMessage(), e);
        }
        parent.console().say("pictures: " + png);
    }
}
