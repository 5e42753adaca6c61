package observatory.ui.overview;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.detector.Detector;
import observatory.analysis.detector.Detectors;
import observatory.probe.builtin.Probes;
import observatory.ui.data.Recording;
import observatory.ui.incident.Words;

/**
 * What the detectors say of a run so far: the problems first, then who looked and found nothing, then who could not
 * look, and what would let them.
 */
public record Analysis(List<Line> lines) {
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
        List<Line> lines = new ArrayList<>();
        run.incidents().stream()
                .sorted(Comparator.comparing(Incident::severity)
                        .thenComparing(Incident::firstStep)
                        .reversed())
                .forEach(one ->
                        lines.add(new Line(State.PROBLEM, Words.of(one.kind()), one.summary(), Optional.of(one))));
        List<Line> silent = new ArrayList<>();
        for (Detector<?> detector : Detectors.all()) {
            String name = Detectors.name(detector);
            String title =
                    Words.plain(name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT));
            Optional<String> missing = missing(detector, run);
            if (missing.isPresent()) {
                silent.add(new Line(State.NOT_APPLICABLE, title, missing.get(), Optional.empty()));
            } else if (run.incidents().stream().noneMatch(one -> one.detector().equals(name))) {
                lines.add(new Line(State.FINE, title, "Looked at every step and found nothing.", Optional.empty()));
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

    private static Optional<String> missing(Detector<?> detector, Recording run) {
        Stream<String> scalars = detector.needs().scalars().stream()
                .filter(name -> run.scalar(name).isEmpty())
                .map(name ->
                        "The run does not report its " + Words.plain(name).toLowerCase(java.util.Locale.ROOT) + ".");
        Stream<String> metrics = detector.needs().metrics().stream()
                .filter(name -> run.metric(name).isEmpty())
                .map(name -> "No step has the metric " + name + "; " + enable(name));
        return Stream.concat(scalars, metrics).sorted().findFirst();
    }

    /** Which probe measures a metric. */
    public static String enable(String metric) {
        return Probes.catalogue().stream()
                .filter(entry ->
                        entry.metrics().stream().anyMatch(one -> one.name().equals(metric)))
                .findFirst()
                .map(entry -> "enable the probe " + entry.name() + ".")
                .orElse("the built-in probes do not measure it.");
    }
}
