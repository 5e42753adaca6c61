package observatory.ui.probes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import observatory.probe.BatchProbe;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Probe;
import observatory.probe.Question;
import observatory.probe.Scalars;
import observatory.probe.StepProbe;
import observatory.probe.builtin.Probes;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Trace;
import observatory.ui.data.Mark;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** What is watched, as the data itself shows it; what watching costs; and who has changed what. */
public final class ProbesModel {
    private static final int MOST_CHANGES = 200;
    private static final int FEW = 2; // names that there is room for

    private final Workbench bench;
    private Recording of;
    private Series share = new Series();

    /** A probe of the catalogue and how often it is seen at work; empty where nothing of it has come. */
    public record Row(String probe, String where, String pack, String metrics, String every, String last) {}

    /** A change of what is watched, or of the run: who, what, and what came of it. */
    public record Change(String step, String kind, String what) {}

    public ProbesModel(Workbench bench) {
        this.bench = bench;
    }

    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Probes.Entry entry : Probes.catalogue()) {
            List<String> names = entry.metrics().stream().map(Metric::name).toList();
            Optional<StepIndex> seen =
                    names.stream().flatMap(name -> seen(name).stream()).findFirst();
            rows.add(new Row(
                    entry.name(),
                    where(entry.probe()),
                    entry.pack().label(),
                    names.stream().distinct().collect(Collectors.joining(", ")),
                    seen.map(index -> index.stride() == 1
                                    ? "every step"
                                    : "every " + Numbers.whole(index.stride()) + " steps")
                            .orElse("off"),
                    seen.map(index -> "step " + Numbers.whole(index.lastStep())).orElse("")));
        }
        return rows;
    }

    /** The latest changes first. */
    public List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        Instant now = bench.run().latest().map(Frame::time).orElse(Instant.EPOCH);
        Set<String> over = bench.run().marks().stream()
                .filter(mark -> "reverted".equals(mark.details().get("outcome")))
                .map(ProbesModel::id)
                .collect(Collectors.toSet());
        for (Mark mark : bench.run().marks().reversed()) {
            boolean about = switch (mark.kind()) {
                case COMMAND, CADENCE, PROBE_DISABLED, CHECKPOINT, RESTART -> true;
                case START, END, HARDWARE_ERROR, LOST, NOTE, OTHER -> false;
            };
            if (about && changes.size() < MOST_CHANGES) {
                changes.add(new Change(
                        Numbers.whole(mark.step()),
                        mark.kind().label(),
                        Changed.words(mark, now, over.contains(id(mark)))));
            }
        }
        return changes;
    }

    /** What observing takes of each step, in percent; against the budget where the run has one. */
    public Plot cost() {
        Recording run = bench.run();
        List<Plot.Rule> rules = new ArrayList<>();
        run.scalar(Scalars.OBSERVER_BUDGET).ifPresent(budget -> {
            int row = Math.min(run.frames().size(), budget.size()) - 1;
            if (row >= 0 && budget.at(row) > 0) {
                rules.add(new Plot.Rule(false, 100 * budget.at(row), "warning", "budget"));
            }
        });
        boolean known = run.scalar(Scalars.OBSERVER_SECONDS).isPresent()
                && run.scalar(Scalars.STEP_SECONDS).isPresent();
        List<Trace> traces = known ? List.of(Trace.raw("cost", run.frames(), share(run), 0)) : List.of();
        return Plot.of("Cost of observing", "% of the step", traces).with(List.of(), rules);
    }

    private static String id(Mark mark) {
        return mark.details().getOrDefault("id", "");
    }

    /** Where a probe looks: at hooks of the step, at its whole, or at its batch. */
    static String where(Question question) {
        return switch (question) {
            case Probe<?> probe -> {
                List<String> hooks =
                        probe.hooks().stream().map(Hook::label).sorted().toList();
                yield hooks.size() <= FEW ? String.join(", ", hooks) : hooks.size() + " hooks";
            }
            case StepProbe _ -> "the step";
            case BatchProbe _ -> "the batch";
        };
    }

    private Series share(Recording run) {
        if (of != run) {
            of = run;
            share = new Series();
        }
        Series observer = run.scalar(Scalars.OBSERVER_SECONDS).orElseThrow();
        Series step = run.scalar(Scalars.STEP_SECONDS).orElseThrow();
        int end = Math.min(run.frames().size(), Math.min(observer.size(), step.size()));
        for (int row = share.size(); row < end; row++) {
            if (observer.at(row) >= 0 && step.at(row) > 0) {
                share.append(100 * observer.at(row) / step.at(row));
            } else {
                share.appendAbsent();
            }
        }
        return share;
    }

    private Optional<StepIndex> seen(String metric) {
        if (bench.run().metric(metric).isPresent()) {
            return bench.run().metric(metric).map(data -> data.index());
        }
        return bench.run().scalar(metric).map(series -> bench.run().frames());
    }
}
