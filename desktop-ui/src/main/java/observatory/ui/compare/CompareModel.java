package observatory.ui.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import observatory.analysis.Incident;
import observatory.probe.Scalars;
import observatory.ui.Source;
import observatory.ui.Workbench;
import observatory.ui.chart.Names;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Span;
import observatory.ui.chart.Trace;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import observatory.ui.incident.Words;

/** Up to six of the open runs over each other, aligned by what one likes, and where the first two part. */
public final class CompareModel {
    static final int MOST = 6;
    private static final int LONGEST_NAME = 28;
    private static final Span NOTHING = new Span(0, 100);

    private final Workbench bench;
    private final StringProperty scalar = new SimpleStringProperty(Scalars.LOSS);
    private final ObjectProperty<Alignment> alignment = new SimpleObjectProperty<>(Alignment.STEP);
    private final Map<Recording, Aligned> aligned = new HashMap<>();
    private Divergence divergence;

    /** A setting and its value in each run. */
    public record Setting(String name, List<String> values) {}

    public CompareModel(Workbench bench) {
        this.bench = bench;
    }

    public StringProperty scalarProperty() {
        return scalar;
    }

    public ObjectProperty<Alignment> alignmentProperty() {
        return alignment;
    }

    /** The first of the open runs, and the one in view in any case. */
    public List<Recording> runs() {
        List<Source> first = new ArrayList<>(
                bench.sources().subList(0, Math.min(MOST, bench.sources().size())));
        Source inView = bench.sourceProperty().get();
        if (!first.contains(inView)) {
            first.set(MOST - 1, inView);
        }
        return first.stream().map(Source::recording).toList();
    }

    /** Every scalar that any of the runs has. */
    public List<String> scalars() {
        Set<String> names = new TreeSet<>();
        runs().forEach(run -> names.addAll(run.scalarNames()));
        return List.copyOf(names);
    }

    public Plot plot() {
        List<Trace> traces = new ArrayList<>();
        aligned.keySet().retainAll(new LinkedHashSet<>(runs()));
        for (Recording run : runs()) {
            int colour = traces.size();
            run.scalar(scalar.get()).flatMap(series -> aligned(run, series)).ifPresent(one -> {
                StepIndex index = one.index();
                traces.add(Trace.raw(name(run, colour), index, one.values(), colour));
            });
        }
        return Plot.of(Words.plain(scalar.get()), "over " + alignment.get().label(), traces)
                .scaled(bench.scaleProperty().get())
                .clipped(bench.clipProperty().get());
    }

    /** From the first place of any run to the last. */
    public Span span(Plot plot) {
        long low = Long.MAX_VALUE;
        long high = Long.MIN_VALUE;
        for (Trace trace : plot.traces()) {
            low = Math.min(low, trace.index().firstStep());
            high = Math.max(high, trace.index().lastStep());
        }
        return low > high ? NOTHING : Span.over(low, high);
    }

    /** Where the first two runs part. */
    public String divergence() {
        List<Recording> runs = runs();
        if (runs.size() < 2) {
            return "Open a second run (A) to compare with: a log, a spike log, or another run of the broker.";
        }
        if (divergence == null || !divergence.of(runs.get(0), runs.get(1))) {
            divergence = new Divergence(runs.get(0), runs.get(1));
        }
        int open = bench.sources().size();
        return divergence.seek().sentence()
                + (open > MOST
                        ? "  Of " + open
                                + " open runs the first are compared, and the one in view; close others (Ctrl W)."
                        : "");
    }

    /** The settings in which the runs differ. */
    public List<Setting> settings() {
        Set<String> names = new TreeSet<>();
        runs().forEach(run -> names.addAll(run.manifest().keySet()));
        List<Setting> settings = new ArrayList<>();
        for (String name : names) {
            List<String> values = runs().stream()
                    .map(run -> run.manifest().getOrDefault(name, "–"))
                    .toList();
            if (values.stream().distinct().count() > 1) {
                settings.add(new Setting(name, values));
            }
        }
        return settings;
    }

    static String name(Recording run, int number) {
        return (number + 1) + "  " + Names.cut(run.run().value(), LONGEST_NAME);
    }

    private static boolean tellsTokens(Recording run) {
        int rows = run.frames().size();
        return rows > 0 && run.tokens(rows - 1) > 0;
    }

    private Optional<Aligned> aligned(Recording run, Series series) {
        Optional<Long> zero = switch (alignment.get()) {
            case STEP -> Optional.of(0L);
            case TOKENS -> tellsTokens(run) ? Optional.of(0L) : Optional.empty();
            case TIME -> run.frames().empty() ? Optional.empty() : Optional.of(run.millis(0));
            case FIRST_INCIDENT ->
                run.incidents().stream().map(Incident::firstStep).min(Long::compare);
        };
        if (zero.isEmpty()) {
            return Optional.empty();
        }
        Aligned known = aligned.get(run);
        if (known == null || known.source() != series || known.by() != alignment.get() || known.zero() != zero.get()) {
            known = new Aligned(run, series, alignment.get(), zero.get());
            aligned.put(run, known);
        }
        return Optional.of(known);
    }
}
