package observatory.ui.layers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.HeatMap;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Trace;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import observatory.ui.overview.OverviewModel;

/** A metric at every site over all steps; and of the site picked out its history, and its layer-mates at one step. */
public final class LayersModel {
    private static final List<String> FIRST = List.of("rms", "abs_max", "norm", "update_ratio");
    private static final Comparator<Site> ORDER =
            Comparator.comparing(Site::hook).thenComparing(Site::parameter).thenComparing(Site::layer);

    private final Workbench bench;
    private final StringProperty metric = new SimpleStringProperty("");
    private final StringProperty filter = new SimpleStringProperty("");
    private final BooleanProperty relative = new SimpleBooleanProperty();
    private Recording sitesOf;
    private String sitesMetric;
    private String sitesFilter;
    private int sitesCount;
    private List<Site> sites = List.of();

    public LayersModel(Workbench bench) {
        this.bench = bench;
    }

    public StringProperty metricProperty() {
        return metric;
    }

    /** A regular expression that the names of sites must contain; what is none is taken as plain text. */
    public StringProperty filterProperty() {
        return filter;
    }

    public BooleanProperty relativeProperty() {
        return relative;
    }

    /** The metrics to choose from, the usual ones first. */
    public List<String> metrics() {
        List<String> names = new ArrayList<>(bench.run().metricNames());
        names.sort(Comparator.comparingInt((String name) -> FIRST.contains(name) ? FIRST.indexOf(name) : FIRST.size())
                .thenComparing(Comparator.naturalOrder()));
        return names;
    }

    /** The metric shown: the one chosen, or the first there is. */
    public Optional<MetricData> data() {
        if (bench.run().metric(metric.get()).isEmpty() && !metrics().isEmpty()) {
            metric.set(metrics().getFirst());
        }
        return bench.run().metric(metric.get());
    }

    /** The sites of the map's rows, from top to bottom. */
    public List<Site> sites() {
        MetricData data = data().orElse(null);
        if (data == null) {
            return List.of();
        }
        boolean same = sitesOf == bench.run()
                && metric.get().equals(sitesMetric)
                && filter.get().equals(sitesFilter)
                && data.sites().size() == sitesCount;
        if (!same) {
            Pattern pattern = pattern(filter.get());
            sites = data.sites().stream()
                    .filter(site -> pattern.matcher(site.label()).find())
                    .sorted(ORDER)
                    .toList();
            sitesOf = bench.run();
            sitesMetric = metric.get();
            sitesFilter = filter.get();
            sitesCount = data.sites().size();
        }
        return sites;
    }

    public HeatMap map() {
        MetricData data = data().orElse(null);
        if (data == null) {
            return new HeatMap("", StepIndex.of(), List.of(), relative.get());
        }
        List<HeatMap.Row> rows = new ArrayList<>();
        for (Site site : sites()) {
            rows.add(new HeatMap.Row(
                    group(site), site.layer() < 0 ? "" : Integer.toString(site.layer()), data.at(site)));
        }
        return new HeatMap(metric.get(), data.index(), rows, relative.get());
    }

    /** The row of the site picked out; -1 where it is not on the map. */
    public int chosenRow() {
        return bench.siteProperty().get() == null
                ? -1
                : sites().indexOf(bench.siteProperty().get());
    }

    public void choose(int row, double step) {
        bench.siteProperty().set(sites().get(row));
        bench.pick(step);
    }

    /** One site further down, or up. */
    public void move(int by) {
        List<Site> all = sites();
        if (!all.isEmpty()) {
            int to = Math.clamp(chosenRow() + by, 0, all.size() - 1);
            bench.siteProperty().set(all.get(to));
        }
    }

    /** The site picked out, over steps. */
    public Plot history() {
        Optional<MetricData> data = data();
        Site site = site();
        if (data.isEmpty() || site == null || data.get().at(site) == null) {
            return Plot.of("History of a site", "", List.of());
        }
        return Plot.of(
                        site.label(),
                        metric.get(),
                        List.of(Trace.raw(
                                metric.get(), data.get().index(), data.get().at(site), 0)))
                .scaled(bench.scaleProperty().get())
                .clipped(bench.clipProperty().get())
                .with(OverviewModel.bands(bench.run()), OverviewModel.rules(bench.run()));
    }

    /** The same place in every layer, at the step under the crosshair. */
    public Plot profile() {
        Optional<MetricData> data = data();
        Site site = site();
        if (data.isEmpty() || site == null) {
            return Plot.of("Layers at a step", "", List.of());
        }
        List<Site> mates = sites().stream()
                .filter(one -> one.layer() >= 0
                        && one.hook() == site.hook()
                        && one.parameter().equals(site.parameter()))
                .toList();
        int row = data.get().index().rowAtOrBefore(bench.stepOfInterest());
        Series values = new Series();
        for (Site mate : mates) {
            Series of = data.get().at(mate);
            if (row >= 0 && row < of.size() && !Series.isAbsent(of.at(row))) {
                values.append(of.at(row));
            } else {
                values.appendAbsent();
            }
        }
        StepIndex layers = StepIndex.of(mates.stream().mapToLong(Site::layer).toArray());
        String at = row < 0 ? "" : " at step " + data.get().index().step(row);
        return Plot.of("Layers" + at, group(site), List.of(Trace.raw(group(site), layers, values, 1)))
                .scaled(bench.scaleProperty().get());
    }

    private Site site() {
        Site chosen = bench.siteProperty().get();
        if (chosen != null && sites().contains(chosen)) {
            return chosen;
        }
        // Until somebody picks one: the residual stream, where everything passes.
        return sites().stream()
                .filter(site -> site.hook() == Hook.RESIDUAL)
                .findFirst()
                .or(() -> sites().stream().filter(site -> site.layer() >= 0).findFirst())
                .or(() -> sites().stream().findFirst())
                .orElse(null);
    }

    private static String group(Site site) {
        return site.parameter().isEmpty()
                ? site.hook().label().replace('_', ' ')
                : site.parameter()
                        + (site.hook().label().equals("gradient")
                                ? ""
                                : " " + site.hook().label());
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(text), Pattern.CASE_INSENSITIVE);
        }
    }
}
