package observatory.ui.frame;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.Numbers;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.incident.Words;

/** What the inspector tells of the step under the crosshair, of the site picked out, and of the incident opened. */
record Facts(String title, List<Row> rows, Optional<Incident> incident) {
    /** What one looks for first, in this order; the rest follows by name. */
    private static final List<String> FIRST = List.of(
            Scalars.LOSS,
            Scalars.GRADIENT_NORM,
            Scalars.LEARNING_RATE,
            Scalars.LOSS_SCALE,
            Scalars.TOKENS_PER_SECOND,
            Scalars.STEP_SECONDS);

    private static final List<String> FIRST_OF_A_SITE = List.of("nan", "inf", "abs_max", "rms", "norm");

    /** A name and its value, as they stand in a table. */
    record Row(String name, String value) {}

    static Facts of(Workbench bench) {
        Recording run = bench.run();
        long step = bench.stepOfInterest();
        List<Row> rows = new ArrayList<>();
        Site site = bench.siteProperty().get();
        if (site != null) {
            for (String name : ordered(FIRST_OF_A_SITE, run.metricNames())) {
                at(run.metric(name).orElseThrow(), site, step)
                        .ifPresent(value -> rows.add(new Row("  " + Words.plain(name), value)));
            }
            rows.add(new Row("The run", ""));
        }
        int row = run.frames().rowAtOrBefore(step);
        if (row >= 0) {
            for (String name : ordered(FIRST, run.scalarNames())) {
                run.scalar(name)
                        .flatMap(series -> value(series, row))
                        .ifPresent(value -> rows.add(new Row(Words.plain(name), value)));
            }
        }
        String title =
                row < 0 ? "No step yet" : "Step " + Numbers.whole(run.frames().step(row));
        return new Facts(site == null ? title : title + ", " + site.label(), rows, bench.currentIncident());
    }

    private static List<String> ordered(List<String> first, Collection<String> names) {
        return Stream.concat(
                        first.stream().filter(names::contains), names.stream().filter(name -> !first.contains(name)))
                .toList();
    }

    private static Optional<String> at(MetricData metric, Site site, long step) {
        Series series = metric.at(site);
        int row = metric.index().rowAtOrBefore(step);
        return series == null || row < 0 ? Optional.empty() : value(series, row);
    }

    private static Optional<String> value(Series series, int row) {
        if (row >= series.size() || Series.isAbsent(series.at(row))) {
            return Optional.empty();
        }
        return Optional.of(Numbers.of(series.at(row)));
    }
}
