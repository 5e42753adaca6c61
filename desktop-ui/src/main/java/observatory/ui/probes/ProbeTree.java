package observatory.ui.probes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.BatchProbe;
import observatory.probe.Hook;
import observatory.probe.Probe;
import observatory.probe.StepProbe;
import observatory.probe.builtin.Probes;
import observatory.ui.Workbench;
import observatory.ui.data.Recording;

/**
 * What is watched, as a tree: hooks in the order of the step, their layers or parameters, and who looks there. What is
 * below a place is asked for when somebody unfolds it; a tree of thousands of sites costs what is in view.
 */
final class ProbeTree {
    private final Workbench bench;
    private Recording of;
    private Watched watched;
    private ProbeLines lines;

    ProbeTree(Workbench bench) {
        this.bench = bench;
    }

    /** Takes in what is known now; before a round of questions. */
    void look() {
        Recording run = bench.run();
        if (run != of || !watched.holds(run)) {
            of = run;
            watched = new Watched(run);
        }
        lines = new ProbeLines(run, watched, bench.stepOfInterest());
    }

    boolean leaf(Spot spot) {
        return switch (spot) {
            case Spot.Root _, Spot.AtHook _, Spot.AtSite _ -> false;
            case Spot.Whole whole -> whole.part() == Spot.Part.FRAME;
            case Spot.Asked _ -> true;
        };
    }

    List<Spot> below(Spot spot) {
        return switch (spot) {
            case Spot.Root _ ->
                Stream.<Spot>concat(
                                Arrays.stream(Hook.values())
                                        .filter(hook -> !Watched.able(hook).isEmpty()
                                                || !watched.sites(hook).isEmpty())
                                        .map(Spot.AtHook::new),
                                Arrays.stream(Spot.Part.values()).map(Spot.Whole::new))
                        .toList();
            case Spot.AtHook at -> atHook(at.hook());
            case Spot.AtSite at ->
                watched.probes(at.site()).stream()
                        .<Spot>map(probe -> Spot.on(at.site(), probe))
                        .toList();
            case Spot.Whole whole -> whole(whole.part()).<Spot>map(Spot::whole).toList();
            case Spot.Asked _ -> List.of();
        };
    }

    ProbeLines.Line line(Spot spot) {
        return lines.of(spot);
    }

    /** What a probe tells at a place, with units, in sentences. */
    String tells(Spot spot) {
        if (!(spot instanceof Spot.Asked asked)) {
            return "";
        }
        return Watched.entry(asked.name())
                .map(entry -> entry.name() + ", of the pack " + entry.pack().label() + "\n"
                        + entry.metrics().stream()
                                .map(metric -> metric.name() + ": " + metric.tells()
                                        + (metric.unit().equals("1") ? "" : ", in " + metric.unit()))
                                .collect(Collectors.joining("\n")))
                .orElse("a metric that no built-in probe reports");
    }

    private List<Spot> atHook(Hook hook) {
        Set<String> on = watched.probes(hook);
        List<Spot> spots = new ArrayList<>();
        watched.sites(hook).forEach(site -> spots.add(new Spot.AtSite(site)));
        Watched.able(hook).stream()
                .filter(probe -> !on.contains(probe))
                .forEach(probe -> spots.add(Spot.off(hook, probe)));
        return spots;
    }

    /** The probes of the catalogue that look at no hook. */
    static Stream<String> whole(Spot.Part part) {
        return Probes.catalogue().stream()
                .filter(entry -> switch (entry.probe()) {
                    case Probe<?> _ -> false;
                    case StepProbe _ -> part == Spot.Part.STEP;
                    case BatchProbe _ -> part == Spot.Part.BATCH;
                })
                .map(Probes.Entry::name);
    }
}
