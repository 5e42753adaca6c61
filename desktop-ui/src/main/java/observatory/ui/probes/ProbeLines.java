package observatory.ui.probes;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import observatory.probe.Batch;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Metric;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.builtin.Probes;
import observatory.ui.chart.Numbers;
import observatory.ui.data.MetricData;
import observatory.ui.data.Recording;
import observatory.ui.data.Series;
import observatory.ui.data.StepIndex;

/** What the tree of probes says of each place, at a step of a run. */
final class ProbeLines {
    private static final String FRAME = "frame";
    private static final String OFF = "off";
    private static final int STEPS_IN_MEAN = 32;
    private static final int BATCHES = 256; // that are looked back over

    private final Recording run;
    private final Watched watched;
    private final InForce inForce;
    private final long step;
    private final double stepSeconds;

    /**
     * Texts that do not apply are empty.
     *
     * @param micros microseconds of a step that observing takes here
     * @param share the same as a share of the step
     * @param by who changed last what is done here, and {@code left} how long that still holds
     */
    record Line(
            String place, String on, String last, String micros, String share, String by, String left, String pack) {
        static final Line NOTHING = new Line("", "", "", "", "", "", "", "");

        /** How often, or, of one that does not look, in which pack it would. */
        String often() {
            return on.equals(OFF) && !pack.isEmpty() ? OFF + " (" + pack + ")" : on;
        }

        /** Who changed it and when, and for how long that still holds. */
        String changed() {
            return left.isEmpty() ? by : by + ", " + left + " left";
        }
    }

    ProbeLines(Recording run, Watched watched, long step) {
        this.run = run;
        this.watched = watched;
        this.step = step;
        this.inForce = new InForce(run.marks(), run.latest().map(Frame::time).orElse(Instant.EPOCH));
        this.stepSeconds = meanStepSeconds(run, step);
    }

    Line of(Spot spot) {
        return switch (spot) {
            case Spot.Root _ -> Line.NOTHING;
            case Spot.AtHook at -> hook(at.hook());
            case Spot.AtSite at -> {
                List<String> probes = watched.probes(at.site());
                yield place(
                        label(at.site()),
                        count(probes.size(), "probe"),
                        sum(probes.stream().map(probe -> cost(at.site(), probe))));
            }
            case Spot.Whole whole -> whole(whole.part());
            case Spot.Asked asked -> asked(asked);
        };
    }

    private Line hook(Hook hook) {
        List<Site> sites = watched.sites(hook);
        Collection<String> probes = watched.probes(hook);
        boolean layers = sites.stream()
                .allMatch(site -> site.layer() >= 0 && site.parameter().isEmpty());
        String on = sites.isEmpty()
                ? OFF
                : count(sites.size(), layers ? "layer" : "site") + ", " + count(probes.size(), "probe");
        return place(
                hook.label().replace('_', ' '),
                on,
                sum(probes.stream().map(probe -> run.costs().of(probe, hook, step))));
    }

    private Line whole(Spot.Part part) {
        OptionalDouble cost = part == Spot.Part.FRAME
                ? run.costs().of(FRAME, step)
                : sum(ProbeTree.whole(part).map(probe -> run.costs().of(probe, step)));
        return place(part.label(), "", cost);
    }

    private Line asked(Spot.Asked asked) {
        Optional<Beat> beat = asked.site()
                .map(site -> atSite(site, asked.name()))
                .orElseGet(() -> asked.hook().isPresent() ? Optional.empty() : ofStepOrBatch(asked.name()));
        OptionalDouble cost = asked.site()
                .map(site -> cost(site, asked.name()))
                .orElseGet(() -> asked.hook().isPresent()
                        ? OptionalDouble.empty()
                        : run.costs().of(asked.name(), step));
        InForce.Change change = inForce.of(asked.name());
        return new Line(
                asked.name(),
                beat.map(Beat::words).orElse(OFF),
                beat.map(known -> Numbers.whole(known.last())).orElse(""),
                micros(cost),
                share(cost),
                change.by(),
                change.left(),
                Watched.entry(asked.name()).map(entry -> entry.pack().label()).orElse(""));
    }

    /** The latest time a probe was seen at work, and the steps since the time before. */
    private record Beat(long last, long every) {
        String words() {
            return every == 1 ? "every step" : every > 1 ? "every " + Numbers.whole(every) + " steps" : "once";
        }
    }

    private Optional<Beat> atSite(Site site, String probe) {
        return watched.metrics(probe).stream()
                .flatMap(name -> run.metric(name).stream())
                .filter(data -> data.at(site) != null)
                .findFirst()
                .flatMap(data -> beat(data, site));
    }

    private Optional<Beat> beat(MetricData data, Site site) {
        return beat(data.index(), data.at(site));
    }

    private Optional<Beat> ofStepOrBatch(String probe) {
        List<String> names = Watched.entry(probe).map(Probes.Entry::metrics).orElse(List.of()).stream()
                .map(Metric::name)
                .toList();
        Optional<Beat> ofStep = names.stream()
                .flatMap(this::scalars)
                .flatMap(series -> beat(run.frames(), series).stream())
                .findFirst();
        return ofStep.isPresent() ? ofStep : ofBatch(names);
    }

    /** A name that ends in a star stands for all that begin like it. */
    private Stream<Series> scalars(String name) {
        return name.endsWith("*")
                ? run.scalarNames().stream()
                        .filter(one -> one.startsWith(name.substring(0, name.length() - 1)))
                        .flatMap(one -> run.scalar(one).stream())
                : run.scalar(name).stream();
    }

    private Optional<Beat> ofBatch(List<String> names) {
        long last = -1;
        NavigableMap<Long, Batch> recent =
                run.batches().between(step - BATCHES, step).descendingMap();
        for (Map.Entry<Long, Batch> entry : recent.entrySet()) {
            if (entry.getValue().columns().stream().anyMatch(column -> names.contains(column.metric()))) {
                if (last >= 0) {
                    return Optional.of(new Beat(last, last - entry.getKey()));
                }
                last = entry.getKey();
            }
        }
        return last < 0 ? Optional.empty() : Optional.of(new Beat(last, 0));
    }

    private Optional<Beat> beat(StepIndex index, Series series) {
        int row = series.lastPresent(index.rowAtOrBefore(step));
        if (row < 0) {
            return Optional.empty();
        }
        int before = series.lastPresent(row - 1);
        return Optional.of(new Beat(index.step(row), before < 0 ? 0 : index.step(row) - index.step(before)));
    }

    private OptionalDouble cost(Site site, String probe) {
        OptionalDouble ofHook = run.costs().of(probe, site.hook(), step);
        return ofHook.isEmpty()
                ? ofHook
                : OptionalDouble.of(ofHook.getAsDouble() / Math.max(1, watched.spread(site.hook(), probe)));
    }

    private Line place(String name, String on, OptionalDouble cost) {
        return new Line(name, on, "", micros(cost), share(cost), "", "", "");
    }

    private static OptionalDouble sum(Stream<OptionalDouble> costs) {
        double[] known = costs.flatMapToDouble(OptionalDouble::stream).toArray();
        return known.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Arrays.stream(known).sum());
    }

    private static String micros(OptionalDouble seconds) {
        if (seconds.isEmpty()) {
            return "";
        }
        double micros = seconds.getAsDouble() * 1e6;
        double digits = micros < 1 ? 100 : 10;
        return Numbers.of(Math.rint(micros * digits) / digits);
    }

    private String share(OptionalDouble seconds) {
        return seconds.isEmpty() || !(stepSeconds > 0) ? "" : Numbers.percent(seconds.getAsDouble() / stepSeconds);
    }

    private static String count(int count, String what) {
        return Numbers.whole(count) + " " + what + (count == 1 ? "" : "s");
    }

    private static String label(Site site) {
        if (site.parameter().isEmpty()) {
            return site.layer() < 0 ? "the model" : "layer " + site.layer();
        }
        return site.layer() < 0 ? site.parameter() : "layer " + site.layer() + " " + site.parameter();
    }

    private static double meanStepSeconds(Recording run, long step) {
        Series seconds = run.scalar(Scalars.STEP_SECONDS).orElse(null);
        int row = seconds == null ? -1 : Math.min(run.frames().rowAtOrBefore(step), seconds.size() - 1);
        double sum = 0;
        int count = 0;
        for (int i = row; i >= 0 && i > row - STEPS_IN_MEAN; i--) {
            if (seconds.at(i) > 0) { // not where it is absent or broken
                sum += seconds.at(i);
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }
}
