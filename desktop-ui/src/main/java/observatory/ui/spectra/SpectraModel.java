package observatory.ui.spectra;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.WeakHashMap;
import observatory.analysis.Incident;
import observatory.analysis.spectrum.PowerLaw;
import observatory.probe.Site;
import observatory.ui.Workbench;
import observatory.ui.chart.Plot;
import observatory.ui.chart.Scale;
import observatory.ui.chart.Span;
import observatory.ui.chart.Trace;
import observatory.ui.data.MetricData;
import observatory.ui.data.Series;
import observatory.ui.overview.OverviewModel;

/** The weights by their singular values: norms and ranks over steps, and the whole spectrum where it was taken. */
public final class SpectraModel {
    private static final String NORM = "spectral_norm";
    private static final int LINES = 5;
    private static final String NO_SPECTRUM =
            "No whole spectrum yet: the probe weight-spectrum takes one every few hundred steps.";

    private final Workbench bench;
    /** The fit of each spectrum, made once and kept as long as the run keeps the spectrum. */
    private final Map<double[], Optional<PowerLaw>> laws = new WeakHashMap<>();

    /**
     * One weight at the step under the crosshair.
     *
     * @param change of the spectral norm since it was first above zero, as a factor; absent where it never was
     */
    public record Row(
            Site site,
            double spectralNorm,
            OptionalDouble change,
            OptionalDouble stableRank,
            OptionalDouble frobenius,
            OptionalDouble alpha) {}

    public SpectraModel(Workbench bench) {
        this.bench = bench;
    }

    /** The weights, those that have changed most first. */
    public List<Row> rows() {
        Optional<MetricData> norms = bench.run().metric(NORM);
        if (norms.isEmpty()) {
            return List.of();
        }
        List<Row> rows = new ArrayList<>();
        for (Site site : norms.get().sites()) {
            OptionalDouble now = last(norms.get(), site);
            if (now.isPresent()) {
                rows.add(new Row(
                        site,
                        now.getAsDouble(),
                        change(now.getAsDouble(), norms.get().at(site)),
                        value("stable_rank", site),
                        value("frobenius_norm", site),
                        density(site)
                                .flatMap(Density::law)
                                .map(law -> OptionalDouble.of(law.alpha()))
                                .orElse(OptionalDouble.empty())));
            }
        }
        rows.sort(Comparator.comparingDouble(SpectraModel::strength).reversed());
        return rows;
    }

    /** How much a weight has changed either way; a norm that has become NaN or infinite more than any. */
    private static double strength(Row row) {
        return row.change.isPresent() ? Math.abs(Math.log(row.change.getAsDouble())) : -1;
    }

    /** The spectral norms over steps: of the weight picked out, and of those that have changed most. */
    public Plot norms(List<Row> rows) {
        List<Trace> traces = new ArrayList<>();
        bench.run().metric(NORM).ifPresent(data -> {
            List<Site> sites = new ArrayList<>();
            if (bench.siteProperty().get() != null
                    && data.at(bench.siteProperty().get()) != null) {
                sites.add(bench.siteProperty().get());
            }
            rows.stream().map(Row::site).filter(site -> !sites.contains(site)).forEach(sites::add);
            for (Site site : sites.subList(0, Math.min(LINES, sites.size()))) {
                traces.add(Trace.raw(name(site), data.index(), data.at(site), traces.size()));
            }
        });
        return Plot.of("Largest singular value", "", traces)
                .scaled(bench.scaleProperty().get())
                .with(OverviewModel.bands(bench.run()), OverviewModel.rules(bench.run()));
    }

    /** The singular values of the weight picked out, over the steps at which its whole spectrum was taken. */
    public Plot singularValues(List<Row> rows) {
        Site site = site(rows);
        List<Trace> traces = site == null
                ? List.of()
                : SingularValues.of(bench.run().spectra().at(site));
        return Plot.of("Singular values", site == null ? "" : name(site), traces)
                .scaled(Scale.Kind.LOG)
                .orElse(NO_SPECTRUM)
                .with(OverviewModel.bands(bench.run()), OverviewModel.rules(bench.run()));
    }

    /** The eigenvalues of the weight picked out, with the fit, and before them a faint earlier spectrum. */
    public Plot density(List<Row> rows) {
        Site site = site(rows);
        List<Trace> traces = new ArrayList<>();
        if (site != null) {
            NavigableMap<Long, double[]> kept = bench.run().spectra().at(site);
            Map.Entry<Long, double[]> now = near(kept);
            if (now != null) {
                Map.Entry<Long, double[]> before = kept.firstEntry();
                traces.add(of(now.getValue()).line(Incident.step(now.getKey()), 0));
                if (!before.getKey().equals(now.getKey())) {
                    traces.add(of(before.getValue()).line(Incident.step(before.getKey()), 4));
                }
                of(now.getValue()).law(1).ifPresent(traces::add);
            }
        }
        return Plot.of("Density of eigenvalues", site == null ? "" : name(site), traces)
                .scaled(Scale.Kind.LOG)
                .orElse(NO_SPECTRUM);
    }

    Span eigenvalues(Plot density) {
        long low = Long.MAX_VALUE;
        long high = Long.MIN_VALUE;
        for (Trace trace : density.traces()) {
            low = Math.min(low, trace.index().firstStep());
            high = Math.max(high, trace.index().lastStep());
        }
        return low > high ? new Span(-3000, 1000) : Span.over(low, high);
    }

    static String name(Site site) {
        return site.layer() < 0 ? site.parameter() : site.layer() + " " + site.parameter();
    }

    private Site site(List<Row> rows) {
        Site chosen = bench.siteProperty().get();
        boolean known = chosen != null && rows.stream().anyMatch(row -> row.site.equals(chosen));
        return known ? chosen : rows.isEmpty() ? null : rows.getFirst().site;
    }

    private Optional<Density> density(Site site) {
        Map.Entry<Long, double[]> now = near(bench.run().spectra().at(site));
        return now == null ? Optional.empty() : Optional.of(of(now.getValue()));
    }

    /** The spectrum taken last before the crosshair, else the first there is; null where there is none. */
    private Map.Entry<Long, double[]> near(NavigableMap<Long, double[]> kept) {
        Map.Entry<Long, double[]> before = kept.floorEntry(bench.stepOfInterest());
        return before == null ? kept.firstEntry() : before;
    }

    private Density of(double[] eigenvalues) {
        return new Density(eigenvalues, laws.computeIfAbsent(eigenvalues, Density::fit));
    }

    /** How many fits are kept. */
    int fits() {
        return laws.size();
    }

    private OptionalDouble value(String metric, Site site) {
        return bench.run().metric(metric).map(data -> last(data, site)).orElse(OptionalDouble.empty());
    }

    /** What was measured last up to the crosshair, finite or not. */
    private OptionalDouble last(MetricData data, Site site) {
        Series series = data.at(site);
        int row = series == null ? -1 : series.lastPresent(data.index().rowNear(bench.stepOfInterest()));
        return row < 0 ? OptionalDouble.empty() : OptionalDouble.of(series.at(row));
    }

    private static OptionalDouble change(double now, Series series) {
        for (int row = 0; row < series.size(); row++) {
            float first = series.at(row);
            if (first > 0 && first < Float.POSITIVE_INFINITY) {
                return OptionalDouble.of(now / first);
            }
        }
        return OptionalDouble.empty();
    }
}
