package observatory.analysis.scaling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Finished runs of several sizes and lengths on the same data: what a loss law is fitted to. */
public record Ladder(List<Run> runs) {
    private static final Map<String, List<String>> NAMES = Map.of(
            "parameters", List.of("parameters", "params", "size", "n"),
            "tokens", List.of("tokens", "d"),
            "loss", List.of("loss", "validation_loss", "l"),
            "source", List.of("source", "language"));

    /** Of what the other explains, more than this leaves nothing of its own. */
    private static final double TOGETHER = 0.999;

    public Ladder {
        runs = List.copyOf(runs);
    }

    /** One run's end; the source names the data the loss was measured on, and is empty for all of it. */
    public record Run(LossLaw.Split split, double loss, String source) {
        public Run {
            if (!(split.parameters() > 0 && split.tokens() > 0 && loss > 0 && Double.isFinite(loss))) {
                throw new IllegalArgumentException("a run has parameters, tokens and a loss above 0: parameters="
                        + split.parameters() + ", tokens=" + split.tokens() + ", loss=" + loss);
            }
        }
    }

    /** Why a law of size and data cannot be told from these runs; empty where it can. */
    public Optional<String> weakness() {
        long sizes = runs.stream().map(run -> run.split.parameters()).distinct().count();
        long lengths = runs.stream().map(run -> run.split.tokens()).distinct().count();
        if (runs.size() < 6) {
            return Optional.of(runs.size() + " runs cannot determine five constants; give at least 6");
        }
        if (sizes < 3) {
            return Optional.of(sizes + " sizes cannot tell A and alpha from E; give runs of at least 3 sizes");
        }
        if (lengths < 3) {
            return Optional.of(lengths + " lengths cannot tell B and beta from E; give runs of at least 3 lengths");
        }
        return together() > TOGETHER
                ? Optional.of(
                        "tokens grow with parameters in all runs alike, which cannot tell A/N^alpha from B/D^beta; give"
                                + " runs of one size with several lengths")
                : Optional.empty();
    }

    /** Squared correlation of ln N and ln D. */
    private double together() {
        double n = mean(run -> Math.log(run.split.parameters()));
        double d = mean(run -> Math.log(run.split.tokens()));
        double nn = mean(run -> square(Math.log(run.split.parameters()) - n));
        double dd = mean(run -> square(Math.log(run.split.tokens()) - d));
        double nd = mean(run -> (Math.log(run.split.parameters()) - n) * (Math.log(run.split.tokens()) - d));
        return nd * nd / (nn * dd);
    }

    private double mean(ToDoubleFunction<Run> of) {
        return runs.stream().mapToDouble(of).average().orElseThrow();
    }

    private static double square(double x) {
        return x * x;
    }

    public SortedMap<String, Ladder> bySource() {
        SortedMap<String, List<Run>> sources = new TreeMap<>();
        runs.forEach(run ->
                sources.computeIfAbsent(run.source, source -> new ArrayList<>()).add(run));
        SortedMap<String, Ladder> ladders = new TreeMap<>();
        sources.forEach((source, of) -> ladders.put(source, new Ladder(of)));
        return ladders;
    }

    /**
     * Reads a table with a header: parameters, tokens, loss, and perhaps source.
     *
     * @throws IllegalArgumentException where a column or a number is missing, with its line
     */
    public static Ladder read(Path csv) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        List<String> header =
                lines.isEmpty() ? List.of() : cells(lines.getFirst().toLowerCase(Locale.ROOT));
        int parameters = column(csv, header, "parameters");
        int tokens = column(csv, header, "tokens");
        int loss = column(csv, header, "loss");
        int source = find(header, "source");
        List<Run> runs = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                List<String> cells = cells(lines.get(i));
                String place = csv + ", line " + (i + 1) + ": ";
                try {
                    runs.add(new Run(
                            new LossLaw.Split(number(cells, parameters), number(cells, tokens)),
                            number(cells, loss),
                            source < 0 || source >= cells.size() ? "" : cells.get(source)));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(place + e.getMessage(), e);
                }
            }
        }
        return new Ladder(runs);
    }

    private static List<String> cells(String line) {
        return List.of(line.split(",", -1)).stream().map(String::strip).toList();
    }

    private static int column(Path csv, List<String> header, String name) {
        int found = find(header, name);
        if (found < 0) {
            throw new IllegalArgumentException(csv + ": the header needs a column " + name + " (one of "
                    + String.join(", ", NAMES.get(name)) + "), parted by commas");
        }
        return found;
    }

    private static int find(List<String> header, String name) {
        return NAMES.get(name).stream()
                .mapToInt(header::indexOf)
                .filter(at -> at >= 0)
                .findFirst()
                .orElse(-1);
    }

    private static double number(List<String> cells, int at) {
        String text = at < cells.size() ? cells.get(at) : "";
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("`" + text + "` is no number", e);
        }
    }
}
