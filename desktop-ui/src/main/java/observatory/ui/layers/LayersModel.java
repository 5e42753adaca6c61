package observatory.ui.layers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import observatory.analysis.Incident;
import observatory.probe.Hook;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.HeatMap;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Pool;
import observatory.ui.chart.Trace;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;
import observatory.ui.overview.OverviewModel;

/** A metric at every site over all steps; and of the site picked out its history, and its layer-mates at one step. */
public final class LayersModel {
    private static final List<String> FIRST = List.of("rms", "abs_max", "norm", "update_ratio");
    /** Of these the least is the worst: what is left before something overflows, or collapses. */
    private static final Pattern LEAST_IS_WORST = Pattern.compile("headroom|entropy|_min$");

    private final Workbench bench;
    private final StringProperty metric = new SimpleStringProperty("");
    private final StringProperty filter = new SimpleStringProperty("");
    private final BooleanProperty relative = new SimpleBooleanProperty();
    private final ObjectProperty<Grouping> grouping = new SimpleObjectProperty<>(Grouping.HOOK);
    private final SiteRows rows = new SiteRows();
    private final Map<String, Pool> pools = new HashMap<>();
    private Recording sitesOf;
    private String sitesMetric;
    private String sitesFilter;
    private int sitesCount;
    private Grouping sitesGrouping;
    private List<Site> sites = List.of();
    /** The site for which a metric was last looked for. */
    private Site sought;

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

    public ObjectProperty<Grouping> groupingProperty() {
        return grouping;
    }

    /**
     * What a cell shows of the metric chosen: its greatest value, or its least where that is what to
     * fear, until told otherwise.
     */
    public Pool pool() {
        return pools.getOrDefault(
                metric.get(), LEAST_IS_WORST.matcher(metric.get()).find() ? Pool.LEAST : Pool.GREATEST);
    }

    public void pool(Pool pool) {
        pools.put(metric.get(), pool);
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
        Site picked = bench.siteProperty().get();
        if (picked != null && !picked.equals(sought)) {
            sought = picked; // once: after that a person may look at other metrics
            if (!has(metric.get(), picked)) {
                metrics().stream().filter(name -> has(name, picked)).findFirst().ifPresent(metric::set);
            }
        }
        return bench.run().metric(metric.get());
    }

    private boolean has(String name, Site site) {
        return bench.run().metric(name).filter(data -> data.at(site) != null).isPresent();
    }

    /** All sites of the metric that pass the filter, in the order of the map. */
    public List<Site> sites() {
        MetricData data = data().orElse(null);
        if (data == null) {
            return List.of();
        }
        List<Site> all = data.sites(); // once: while the run goes on there may be more the next time
        boolean same = sitesOf == bench.run()
                && metric.get().equals(sitesMetric)
                && filter.get().equals(sitesFilter)
                && grouping.get() == sitesGrouping
                && all.size() == sitesCount;
        if (!same) {
            Pattern pattern = pattern(filter.get());
            sites = all.stream()
                    .filter(site -> pattern.matcher(site.label()).find())
                    .sorted(grouping.get().order())
                    .toList();
            sitesOf = bench.run();
            sitesMetric = metric.get();
            sitesFilter = filter.get();
            sitesGrouping = grouping.get();
            sitesCount = all.size();
            rows.arrange(sites, sitesGrouping);
        }
        return sites;
    }

    /** The rows of the map, from top to bottom. */
    List<SiteRows.Row> rows() {
        sites();
        return data().isEmpty() ? List.of() : rows.rows();
    }

    public HeatMap map() {
        MetricData data = data().orElse(null);
        if (data == null) {
            String none = bench.missing("No layers were measured: the run reports only what it is as a whole.");
            return new HeatMap("", StepIndex.of(), List.of(), pool(), relative.get(), none);
        }
        List<HeatMap.Row> drawn = new ArrayList<>();
        for (SiteRows.Row row : rows()) {
            String sign = rows.folded(row.group()) ? "▸ " : "▾ ";
            drawn.add(new HeatMap.Row(
                    sign + row.group(),
                    row.name(),
                    row.sites().stream().map(data::at).toList()));
        }
        return new HeatMap(metric.get(), data.index(), drawn, pool(), relative.get(), "No site has a name like that.");
    }

    /** The row of the site picked out; -1 where it is not on the map. */
    public int chosenRow() {
        Site chosen = bench.siteProperty().get();
        return chosen == null || rows().isEmpty() ? -1 : rows.rowOf(chosen);
    }

    /** Picks out the site of a row, of a folded group the one that the row shows at that step. */
    public void choose(int row, double step) {
        if (row >= 0 && row < rows().size()) { // else of a picture that is no more
            bench.siteProperty().set(loudest(rows().get(row).sites(), step));
            bench.pick(step);
        }
    }

    private Site loudest(List<Site> sites, double step) {
        MetricData data = data().orElseThrow();
        int at = data.index().rowAtOrBefore(step);
        Comparator<Site> byValue = Comparator.comparingDouble(site -> value(data.at(site), at));
        Comparator<Site> broken = Comparator.comparingInt(site -> broken(value(data.at(site), at)));
        return sites.stream()
                .filter(site -> !Series.isAbsent(value(data.at(site), at)))
                .max(broken.thenComparing(pool() == Pool.LEAST ? byValue.reversed() : byValue))
                .orElse(sites.getFirst());
    }

    /** A row that has a NaN or an infinity in it shows that rather than any number. */
    private static int broken(float value) {
        return Float.isNaN(value) ? 2 : Float.isInfinite(value) ? 1 : 0;
    }

    private static float value(Series series, int row) {
        return row < 0 || row >= series.size() ? Series.ABSENT : series.at(row);
    }

    /** Folds the group of a row into one row, or unfolds it. */
    public void fold(int row) {
        if (row >= 0 && row < rows().size()) {
            rows.fold(rows().get(row).group());
            rows.arrange(sites, grouping.get());
        }
    }

    boolean allFolded() {
        return !rows().isEmpty() && rows.allFolded();
    }

    /** Folds all groups, or unfolds them where all are folded. */
    public void foldAll() {
        rows(); // as they are now
        rows.foldAll();
        rows.arrange(sites, grouping.get());
    }

    /** One row further down, or up. */
    public void move(int by) {
        List<SiteRows.Row> all = rows();
        if (!all.isEmpty()) {
            int to = Math.clamp(chosenRow() + by, 0, all.size() - 1);
            bench.siteProperty().set(all.get(to).sites().getFirst());
        }
    }

    /** The same place in another layer is picked out. */
    public void pickLayer(long layer) {
        Site like = site();
        sites().stream()
                .filter(one -> one.layer() == layer && samePlace(one, like))
                .findFirst()
                .ifPresent(bench.siteProperty()::set);
    }

    private static boolean samePlace(Site one, Site other) {
        return one.hook() == other.hook() && one.parameter().equals(other.parameter());
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
                .filter(one -> one.layer() >= 0 && samePlace(one, site))
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
        String at = row < 0 ? "" : " at " + Incident.step(data.get().index().step(row));
        return Plot.of("Layers" + at, Grouping.place(site), List.of(Trace.raw(Grouping.place(site), layers, values, 1)))
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

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(text), Pattern.CASE_INSENSITIVE);
        }
    }
}
