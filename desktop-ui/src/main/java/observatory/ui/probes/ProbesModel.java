package observatory.ui.probes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import observatory.probe.Frame;
import observatory.probe.Scalars;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Trace;
import observatory.ui.data.Mark;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;

/** What is watched, as the data itself shows it; what watching costs; and who has changed what. */
public final class ProbesModel {
    private static final int MOST_CHANGES = 200;

    private final Workbench bench;
    private final ProbeTree tree;
    private Recording of;
    private Series share = new Series();

    /** A change of what is watched, or of the run: who, what, and what came of it. */
    public record Change(String step, String kind, String what) {}

    public ProbesModel(Workbench bench) {
        this.bench = bench;
        this.tree = new ProbeTree(bench);
    }

    ProbeTree tree() {
        return tree;
    }

    /** The latest changes first. */
    public List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        Instant now = bench.run().latest().map(Frame::time).orElse(Instant.EPOCH);
        InForce inForce = new InForce(bench.run().marks(), now);
        for (Mark mark : bench.run().marks().reversed()) {
            boolean about = switch (mark.kind()) {
                case COMMAND, CADENCE, PROBE_DISABLED, CHECKPOINT, RESTART -> true;
                case START, END, HARDWARE_ERROR, LOST, NOTE, OTHER -> false;
            };
            if (about && changes.size() < MOST_CHANGES) {
                changes.add(new Change(
                        Numbers.whole(mark.step()),
                        mark.kind().label(),
                        Changed.words(mark, now, inForce.reverted(mark))));
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
}
