package observatory.ui.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.TreeMap;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.ui.SmoothTraces;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Trace;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import observatory.ui.overview.OverviewModel;

/**
 * What a step was trained on: its sequences, ranked by how far their loss stands above what sequences lately had, and
 * whether they came before. Of their text it knows nothing, only where it was read from.
 */
public final class DataModel {
    private static final int BEFORE = 64; // steps that make up what is usual
    private static final double MAD_TO_DEVIATION = 1.4826;
    private static final double STANDS_OUT = 6; // deviations
    private static final int MOST_SEEN = 5;

    private final Workbench bench;
    private final SmoothTraces smooth;

    /**
     * @param deviations of its loss from the median of the sequences of the steps before
     * @param seenAt other steps that were trained on the same place, the latest first
     */
    public record Row(
            int number,
            String source,
            long offset,
            double loss,
            double deviations,
            List<Long> seenAt,
            Map<String, Double> measured) {

        boolean broken() {
            return !Double.isFinite(loss);
        }

        boolean standsOut() {
            return deviations > STANDS_OUT;
        }
    }

    public DataModel(Workbench bench) {
        this.bench = bench;
        this.smooth = new SmoothTraces(bench);
    }

    /** The step whose batch is shown: the one under the crosshair, or the last before it that has one. */
    public Optional<Long> step() {
        NavigableMap<Long, Batch> kept = bench.run().batches().between(0, bench.stepOfInterest());
        return kept.isEmpty() ? Optional.empty() : Optional.of(kept.lastKey());
    }

    /** The sequences of the step, the most unusual first. */
    public List<Row> rows() {
        Optional<Long> step = step();
        if (step.isEmpty()) {
            return List.of();
        }
        Batch batch = bench.run().batches().at(step.get()).orElseThrow();
        double[] usual =
                bench.run().batches().between(Math.max(0, step.get() - BEFORE), step.get() - 1).values().stream()
                        .flatMap(one -> one.sequences().stream())
                        .mapToDouble(Batch.Sequence::loss)
                        .filter(Double::isFinite)
                        .sorted()
                        .toArray();
        double median = usual.length == 0 ? Double.NaN : usual[usual.length / 2];
        double deviation = deviation(usual, median);
        Map<Place, List<Long>> seenAt = seenAt(batch, step.get());
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < batch.sequences().size(); i++) {
            Batch.Sequence sequence = batch.sequences().get(i);
            rows.add(new Row(
                    i,
                    sequence.source(),
                    sequence.offset(),
                    sequence.loss(),
                    (sequence.loss() - median) / deviation,
                    seenAt.get(Place.of(sequence)),
                    measured(batch, i)));
        }
        rows.sort(Comparator.comparingDouble(
                        (Row row) -> Double.isNaN(row.deviations) ? Double.POSITIVE_INFINITY : row.deviations)
                .reversed());
        return rows;
    }

    /** The names of what was measured of each sequence. */
    public List<String> measures() {
        return step().flatMap(step -> bench.run().batches().at(step))
                .map(batch -> batch.columns().stream().map(Column::metric).toList())
                .orElse(List.of());
    }

    /** Why there are no sequences to show. */
    static String none(Recording run) {
        return run.batches().empty()
                ? "This run does not report its batches."
                : "No batch was recorded for this step or before it.";
    }

    /** One sentence on what the sequences of a batch show, of which there is one at least. */
    public static String sentence(List<Row> rows) {
        long broken = rows.stream().filter(Row::broken).count();
        if (broken > 0) {
            return broken + " of " + rows.size() + " sequences have a loss that is not finite"
                    + (broken == rows.size() ? ": the numbers of this step broke, not its data." : ".");
        }
        Row worst = rows.getFirst();
        if (Double.isNaN(worst.deviations)) {
            return "Whether a sequence stands out cannot be told: no finite loss of the " + BEFORE
                    + " steps before was recorded.";
        }
        if (!worst.standsOut()) {
            return "No sequence of this batch stands out from those of the " + BEFORE + " steps before.";
        }
        long unusual = rows.stream().filter(Row::standsOut).count();
        StringJoiner sentence = new StringJoiner(" ");
        sentence.add(unusual + " of " + rows.size() + " sequences have a loss more than " + Numbers.of(STANDS_OUT)
                + " deviations above what is usual.");
        if (!worst.seenAt.isEmpty()) {
            sentence.add("The worst was read at step " + worst.seenAt.getFirst() + " too.");
        }
        return sentence.toString();
    }

    /** The mean loss of each source over steps, and the worst sequence of each step. */
    public List<Plot> plots() {
        Recording run = bench.run();
        List<Trace> sources = new ArrayList<>();
        for (String name : run.scalarNames()) {
            if (name.startsWith("loss/")) {
                sources.add(smooth.of(
                        name.substring(5), run.frames(), run.scalar(name).orElseThrow(), sources.size()));
            }
        }
        List<Plot> plots = new ArrayList<>();
        plots.add(worst(run));
        if (!sources.isEmpty()) {
            plots.add(Plot.of("Loss by source", "nats per token", sources)
                    .scaled(bench.scaleProperty().get())
                    .with(OverviewModel.bands(run), OverviewModel.rules(run)));
        }
        return plots;
    }

    /** The places of the sequences that stand out, as a list that a loader can skip: source, offset, step. */
    public String skipList() {
        StringBuilder list = new StringBuilder("source,offset,step\n");
        rows().stream()
                .filter(row -> row.standsOut() || row.broken())
                .forEach(row -> list.append('"')
                        .append(row.source.replace("\"", "\"\""))
                        .append("\",")
                        .append(row.offset)
                        .append(',')
                        .append(step().orElseThrow())
                        .append('\n'));
        return list.toString();
    }

    private Plot worst(Recording run) {
        NavigableMap<Long, Batch> kept = run.batches()
                .between((long) Math.ceil(bench.steps().low()), (long)
                        bench.steps().high());
        StepIndex index =
                StepIndex.of(kept.keySet().stream().mapToLong(Long::longValue).toArray());
        Series worst = new Series();
        Series median = new Series();
        for (Batch batch : kept.values()) {
            double[] losses =
                    batch.sequences().stream().mapToDouble(Batch.Sequence::loss).toArray();
            OptionalDouble most = Arrays.stream(losses).max();
            Arrays.sort(losses);
            worst.append(most.orElse(Double.NaN));
            median.append(losses.length == 0 ? Double.NaN : losses[losses.length / 2]);
        }
        return Plot.of(
                        "Loss within each batch",
                        "nats per token",
                        List.of(Trace.raw("worst", index, worst, 5), Trace.raw("median", index, median, 0)))
                .scaled(bench.scaleProperty().get())
                .with(OverviewModel.bands(run), OverviewModel.rules(run));
    }

    /** Where a sequence was read. */
    private record Place(String source, long offset) {
        static Place of(Batch.Sequence sequence) {
            return new Place(sequence.source(), sequence.offset());
        }
    }

    /** Of each place in a batch the other steps that were trained on it, the latest first. */
    private Map<Place, List<Long>> seenAt(Batch batch, long step) {
        Map<Place, List<Long>> seen = new HashMap<>();
        for (Batch.Sequence sequence : batch.sequences()) {
            seen.put(Place.of(sequence), new ArrayList<>());
        }
        bench.run().batches().between(0, Long.MAX_VALUE).descendingMap().forEach((at, other) -> {
            if (at != step) {
                other.sequences().stream()
                        .map(Place::of)
                        .filter(seen::containsKey)
                        .forEach(place -> note(seen.get(place), at));
            }
        });
        return seen;
    }

    private static void note(List<Long> steps, long step) {
        if (steps.size() < MOST_SEEN && (steps.isEmpty() || steps.getLast() != step)) {
            steps.add(step);
        }
    }

    private static Map<String, Double> measured(Batch batch, int sequence) {
        Map<String, Double> measured = new TreeMap<>();
        for (Column column : batch.columns()) {
            for (int i = 0; i < column.size(); i++) {
                if (column.at()[i] == sequence) {
                    measured.put(column.metric(), column.values()[i]);
                }
            }
        }
        return measured;
    }

    private static double deviation(double[] usual, double median) {
        double[] distances = Arrays.stream(usual)
                .map(value -> Math.abs(value - median))
                .sorted()
                .toArray();
        return distances.length == 0 ? Double.NaN : MAD_TO_DEVIATION * Math.max(1e-9, distances[distances.length / 2]);
    }
}
