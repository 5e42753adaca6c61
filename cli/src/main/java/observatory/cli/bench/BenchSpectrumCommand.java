package observatory.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import observatory.analysis.spectrum.SpectrumBench;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Measures weight spectra on this machine, beside Python's where that is installed. */
@Command(
        name = "spectrum",
        mixinStandardHelpOptions = true,
        description =
                "Measure whole spectra with their fits, one thread each, beside WeightWatcher's path (SciPy's SVD) where"
                        + " Python has it.")
final class BenchSpectrumCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand parent;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "NxM",
            defaultValue = "768x768,3072x768,1024x1024,2048x2048",
            description = "Matrices (${DEFAULT-VALUE}).")
    private List<String> sizes;

    @Option(names = "--repetitions", paramLabel = "N", defaultValue = "3", description = "Each (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (repetitions < 1) {
            throw Failure.usage("repetitions are 1 or more: " + repetitions);
        }
        List<SpectrumBench.Size> wanted = new ArrayList<>();
        for (String size : sizes) {
            if (!size.matches("[1-9]\\d{1,4}x[1-9]\\d{1,4}")) {
                throw Failure.usage("a size is NxM, of 10 to 99999 rows and columns, not " + size);
            }
            String[] parts = size.split("x");
            wanted.add(new SpectrumBench.Size(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
        }
        Path folder = Files.createTempDirectory("observatory-bench");
        try {
            List<SpectrumBench.Row> rows =
                    new SpectrumBench(folder, System::nanoTime, repetitions).run(wanted, WeightWatcherSpeed::measure);
            parent.console().result(json ? document(rows) : text(rows));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return ExitCode.OK;
    }

    private static String text(List<SpectrumBench.Row> rows) {
        StringBuilder text = new StringBuilder(
                "%-12s %9s %9s %8s %10s %10s%n".formatted("matrix", "ours s", "SciPy s", "ratio", "alpha", "SciPy's"));
        for (SpectrumBench.Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-12s %9.3f %9s %8s %10.5f %10s%n",
                    row.size().rows() + "x" + row.size().columns(),
                    row.ours().seconds(),
                    row.theirs()
                            .map(one -> String.format(Locale.ROOT, "%.3f", one.seconds()))
                            .orElse("-"),
                    row.theirs()
                            .map(one -> String.format(
                                    Locale.ROOT,
                                    "%.1f",
                                    one.seconds() / row.ours().seconds()))
                            .orElse("-"),
                    row.ours().alpha(),
                    row.theirs()
                            .map(one -> String.format(Locale.ROOT, "%.5f", one.alpha()))
                            .orElse("-")));
        }
        boolean alone = rows.stream().allMatch(row -> row.theirs().isEmpty());
        return (text + (alone ? "no python3 with NumPy and SciPy here, so nothing to compare with" : ""))
                .stripTrailing();
    }

    private static String document(List<SpectrumBench.Row> rows) throws IOException {
        ArrayNode list = Json.mapper().createArrayNode();
        for (SpectrumBench.Row row : rows) {
            ObjectNode node = list.addObject();
            node.put("rows", row.size().rows());
            node.put("columns", row.size().columns());
            node.put("seconds", row.ours().seconds());
            node.put("alpha", row.ours().alpha());
            row.theirs().ifPresent(one -> {
                node.put("scipySeconds", one.seconds());
                node.put("scipyAlpha", one.alpha());
            });
        }
        return Json.mapper().writeValueAsString(list);
    }
}
