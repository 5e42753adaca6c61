package observatory.ui.probes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.Hook;
import observatory.probe.Probe;
import observatory.probe.Reduction;
import observatory.probe.Schedule;
import observatory.probe.Site;
import observatory.probe.builtin.Probes;
import observatory.ui.data.Recording;

/** Which probe reports at which site, as the metrics of a run themselves show it. */
final class Watched {
    private static final List<Probes.Entry> CATALOGUE = Probes.catalogue();
    private static final List<String> NAMES =
            CATALOGUE.stream().map(Probes.Entry::name).toList();
    private static final Map<Hook, List<String>> ABLE = new EnumMap<>(Hook.class);
    private static final Map<Hook, Map<String, String>> REPORTERS = new EnumMap<>(Hook.class);

    static {
        for (Probes.Entry entry : CATALOGUE) {
            if (entry.probe() instanceof Probe<?> probe) {
                for (Hook hook : probe.hooks()) {
                    ABLE.computeIfAbsent(hook, one -> new ArrayList<>()).add(entry.name());
                    Map<String, String> reporters = REPORTERS.computeIfAbsent(hook, one -> new HashMap<>());
                    entry.metrics().forEach(metric -> reporters.putIfAbsent(metric.name(), entry.name()));
                    if (probe.reduction() instanceof Reduction.ToSpectrum) {
                        reporters.put("measured_step", entry.name()); // all that is kept of it among the metrics
                    }
                }
            }
        }
    }

    private static final Comparator<Site> ORDER =
            Comparator.comparing(Site::layer).thenComparing(Site::parameter);

    private final Map<Hook, SortedMap<Site, Set<String>>> byHook = new EnumMap<>(Hook.class);
    private final Map<String, Set<String>> metrics = new HashMap<>();
    private final Map<Hook, Map<String, Integer>> spread = new EnumMap<>(Hook.class);
    private final int size;

    Watched(Recording run) {
        this.size = size(run);
        for (String name : run.metricNames()) {
            for (Site site : run.metric(name).orElseThrow().sites()) {
                String probe = reporter(name, site.hook());
                boolean fresh = byHook.computeIfAbsent(site.hook(), hook -> new TreeMap<>(ORDER))
                        .computeIfAbsent(site, one -> new LinkedHashSet<>())
                        .add(probe);
                if (fresh) {
                    spread.computeIfAbsent(site.hook(), hook -> new HashMap<>()).merge(probe, 1, Integer::sum);
                }
                metrics.computeIfAbsent(probe, one -> new LinkedHashSet<>()).add(name);
            }
        }
    }

    /** Whether nothing has been measured at a place where nothing was before. */
    boolean holds(Recording run) {
        return size == size(run);
    }

    List<Site> sites(Hook hook) {
        return List.copyOf(byHook.getOrDefault(hook, new TreeMap<>(ORDER)).keySet());
    }

    /** Who looks at a site, in the order of the catalogue. */
    List<String> probes(Site site) {
        return byHook.getOrDefault(site.hook(), new TreeMap<>(ORDER)).getOrDefault(site, Set.of()).stream()
                .sorted(Comparator.comparingInt(Watched::place))
                .toList();
    }

    private static int place(String probe) {
        int at = NAMES.indexOf(probe);
        return at < 0 ? NAMES.size() : at;
    }

    Set<String> probes(Hook hook) {
        return spread.getOrDefault(hook, Map.of()).keySet();
    }

    /** How many sites of a hook a probe looks at. */
    int spread(Hook hook, String probe) {
        return spread.getOrDefault(hook, Map.of()).getOrDefault(probe, 0);
    }

    /** The metrics a probe was seen to report at sites. */
    Set<String> metrics(String probe) {
        return metrics.getOrDefault(probe, Set.of());
    }

    static Optional<Probes.Entry> entry(String probe) {
        return CATALOGUE.stream().filter(entry -> entry.name().equals(probe)).findFirst();
    }

    /** How often a probe of the catalogue is asked where nobody says otherwise. */
    static Schedule usual(String probe) {
        return entry(probe).map(Probes.Entry::usual).orElse(Schedule.everyStep());
    }

    /** The probes of the catalogue that could look at a hook. */
    static List<String> able(Hook hook) {
        return ABLE.getOrDefault(hook, List.of());
    }

    /** Who reports a metric at a hook; the metric itself where no built-in probe does. */
    private static String reporter(String metric, Hook hook) {
        return REPORTERS.getOrDefault(hook, Map.of()).getOrDefault(metric, metric);
    }

    private static int size(Recording run) {
        int size = 0;
        for (String name : run.metricNames()) {
            size += run.metric(name).orElseThrow().sites().size();
        }
        return size;
    }
}
