package observatory.ui.overview;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.probe.Scalars;
import observatory.ui.SmoothTraces;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Trace;
import observatory.ui.data.Mark;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.incident.Severities;

/** The run at a glance: its main curves, raw behind smooth, with incidents and restarts marked. */
public final class OverviewModel {
    private final Workbench bench;
    private final SmoothTraces smooth;

    /** A curve of the overview, and how it is drawn unless a person asks for another scale. */
    private record Curve(String scalar, String title, String unit, Scale.Kind scale, boolean smooth) {}

    private static final List<Curve> CURVES = List.of(
            new Curve(Scalars.LOSS, "Loss", "nats per token", Scale.Kind.LINEAR, true),
            new Curve(Scalars.GRADIENT_NORM, "Gradient norm", "", Scale.Kind.LOG, true),
            new Curve(Scalars.LEARNING_RATE, "Learning rate", "", Scale.Kind.LINEAR, false),
            new Curve(Scalars.LOSS_SCALE, "Loss scale", "", Scale.Kind.LOG, false),
            new Curve(Scalars.TOKENS_PER_SECOND, "Speed", "tokens/s", Scale.Kind.LINEAR, true),
            new Curve(Scalars.STEP_SECONDS, "Step time", "s", Scale.Kind.LINEAR, true));

    public OverviewModel(Workbench bench) {
        this.bench = bench;
        this.smooth = new SmoothTraces(bench);
    }

    /** The charts there is data for, in their order. */
    public List<Plot> plots() {
        Recording run = bench.run();
        List<Plot.Band> bands = bands(run);
        List<Plot.Rule> rules = rules(run);
        List<Plot> plots = new ArrayList<>();
        for (Curve curve : CURVES) {
            Optional<Series> series = run.scalar(curve.scalar);
            if (series.isPresent() || curve.scalar.equals(Scalars.LOSS) || curve.scalar.equals(Scalars.GRADIENT_NORM)) {
                List<Trace> traces = series.map(of -> List.of(trace(run, curve, of, plots.size())))
                        .orElse(List.of());
                Scale.Kind kind = bench.scaleProperty().get() == Scale.Kind.LINEAR
                        ? curve.scale
                        : bench.scaleProperty().get();
                plots.add(Plot.of(curve.title, curve.unit, traces)
                        .scaled(kind)
                        .clipped(bench.clipProperty().get())
                        .with(bands, rules));
            }
        }
        return plots;
    }

    private Trace trace(Recording run, Curve curve, Series series, int colour) {
        return curve.smooth
                ? smooth.of(curve.title, run.frames(), series, colour)
                : Trace.stairs(curve.title, run.frames(), series, colour);
    }

    /** The worst last, over the others; those that only inform are marked, or many of them would hide the lines. */
    public static List<Plot.Band> bands(Recording run) {
        return run.incidents().stream()
                .sorted(Comparator.comparing(Incident::severity))
                .map(one -> new Plot.Band(
                        one.firstStep(),
                        one.lastStep(),
                        Severities.colour(one.severity()),
                        one.severity() != Severity.INFO))
                .toList();
    }

    public static List<Plot.Rule> rules(Recording run) {
        return run.marks().stream()
                .filter(mark -> mark.kind() == Mark.Kind.RESTART)
                .map(mark -> new Plot.Rule(true, mark.step(), "ink-soft", "restart"))
                .toList();
    }
}
