package observatory.ui.overview;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.detector.Detector;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Needs;
import observatory.probe.builtin.Probes;
import observatory.ui.data.Recording;
import observatory.ui.incident.Words;

/**
 * What the detectors say of a run so far: the problems first, then who looked and found nothing, then who could not
 * look, and what would let them.
 */
public record Analysis(List<Line> lines) {
    /** By metric: asked with every frame, and dear to find out. */
    private static final Map<String, String> ENABLING = new ConcurrentHashMap<>();

    /** What a detector needs, worked out once: the analysis is made anew twenty times a second. */
    private record Known(String name, String title, Needs needs) {}

    private static final List<Known> DETECTORS = Detectors.all().stream()
            .map(detector -> new Known(Detectors.name(detector), title(detector), detector.needs()))
            .toList();

    /** How a line is to be taken. */
    public enum State {
        PROBLEM,
        FINE,
        NOT_APPLICABLE
    }

    /** @param incident what the line is about, where it is a problem */
    public record Line(State state, String title, String sentence, Optional<Incident> incident) {}

    public Analysis {
        lines = List.copyOf(lines);
    }

    public static Analysis of(Recording run) {
        if (run.frames().empty()) {
            return new Analysis(List.of()); // nobody has looked yet
        }
        List<Line> lines = new ArrayList<>();
        run.incidents().stream()
                .sorted(Comparator.comparing(Incident::severity)
                        .thenComparing(Incident::firstStep)
                        .reversed())
                .forEach(one ->
                        lines.add(new Line(State.PROBLEM, Words.of(one.kind()), one.summary(), Optional.of(one))));
        List<Line> silent = new ArrayList<>();
        for (Known detector : DETECTORS) {
            Optional<String> missing = missing(detector.needs, run);
            if (missing.isPresent()) {
                silent.add(new Line(State.NOT_APPLICABLE, detector.title, missing.get(), Optional.empty()));
            } else if (run.incidents().stream().noneMatch(one -> one.detector().equals(detector.name))) {
                lines.add(new Line(
                        State.FINE, detector.title, "Looked at every step and found nothing.", Optional.empty()));
            }
        }
        lines.addAll(silent);
        return new Analysis(lines);
    }

    /** The lines a person wants to see. */
    public List<Line> shown(boolean fine, boolean notApplicable) {
        return lines.stream()
                .filter(line -> switch (line.state) {
                    case PROBLEM -> true;
                    case FINE -> fine;
                    case NOT_APPLICABLE -> notApplicable;
                })
                .toList();
    }

    public long count(State state) {
        return lines.stream().filter(line -> line.state == state).count();
    }

    private static String title(Detector<?> detector) {
        String words = Detectors.name(detector).replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        return Words.plain(words.toLowerCase(Locale.ROOT));
    }

    private static Optional<String> missing(Needs needs, Recording run) {
        Stream<String> scalars = needs.scalars().stream()
                .filter(name -> run.scalar(name).isEmpty())
                .map(name -> "The run does not report its " + Words.plain(name).toLowerCase(Locale.ROOT) + ".");
        Stream<String> metrics = needs.metrics().stream()
                .filter(name -> run.metric(name).isEmpty())
                .map(name -> "No step has the metric " + name + "; " + enable(name));
        return Stream.concat(scalars, metrics).sorted().findFirst();
    }

    /** Which probe measures a metric. */
    public static String enable(String metric) {
        return ENABLING.computeIfAbsent(metric, Analysis::enabling);
    }

    private static String enabling(String metric) {
        return Probes.catalogue().stream()
                .filter(entry ->
                        entry.metrics().stream().anyMatch(one -> one.name().equals(metric)))
                .findFirst()
                .map(entry -> "enable the probe " + entry.name() + ".")
                .orElse("the built-in probes do not measure it.");
    }
}
