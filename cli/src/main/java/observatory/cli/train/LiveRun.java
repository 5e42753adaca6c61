package observatory.cli.train;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import observatory.analysis.Incident;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/**
 * All that has come back from the broker about one run, its earlier incarnations included, for the view now and the
 * report afterwards; what is counted is of this process alone. Any thread.
 */
final class LiveRun {
    private final UUID writer;
    private final List<Telemetry> telemetry = new ArrayList<>();
    private final SortedMap<Integer, Incident> incidents = new TreeMap<>();
    private final Overhead overhead = new Overhead();
    private long frames;
    private double stepSeconds;
    private double tokens;

    /** @param origin of this process */
    LiveRun(Origin origin) {
        this.writer = origin.writer();
    }

    synchronized void accept(Telemetry item) {
        telemetry.add(item);
        if (item instanceof Frame frame && frame.origin().writer().equals(writer)) {
            frames++;
            double step = frame.scalars().find(Scalars.STEP_SECONDS).orElse(0);
            overhead.step(step, frame.scalars().find(Scalars.OBSERVER_SECONDS).orElse(0));
            stepSeconds += step;
            tokens += frame.scalars().find(Scalars.TOKENS).orElse(0);
        }
    }

    synchronized void accept(Incident incident) {
        incidents.put(incident.id(), incident);
    }

    synchronized List<Telemetry> telemetry() {
        return List.copyOf(telemetry);
    }

    /** How many frames of this process came back. */
    synchronized long frames() {
        return frames;
    }

    /** What came after the first {@code count} items. */
    synchronized List<Telemetry> since(int count) {
        return List.copyOf(telemetry.subList(count, telemetry.size()));
    }

    synchronized List<Incident> incidents() {
        return List.copyOf(incidents.values());
    }

    /** Whether the end of what this process trained has come back. */
    synchronized boolean ended() {
        return !telemetry.isEmpty()
                && telemetry.getLast() instanceof RunEvent event
                && event.origin().writer().equals(writer)
                && event.kind() == RunEvent.Kind.END;
    }

    /** Values of a scalar so far, in order of arrival. */
    synchronized double[] series(String scalar) {
        return telemetry.stream()
                .filter(Frame.class::isInstance)
                .map(item -> ((Frame) item).scalars().find(scalar))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .toArray();
    }

    /** What observing added to a step, and to the run as a whole. */
    synchronized Overhead.Ratio overhead() {
        return overhead.ratio();
    }

    synchronized double tokensPerSecond() {
        return stepSeconds > 0 ? tokens / stepSeconds : 0;
    }
}
