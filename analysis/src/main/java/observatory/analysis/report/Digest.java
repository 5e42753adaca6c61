package observatory.analysis.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.analysis.log.Reading;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/** What a report tells of a run besides its incidents, gathered in bounded memory while the telemetry passes once. */
final class Digest {
    static final String TOKENS_PER_SECOND = "tokens_per_second";

    private static final class Tally {
        private long count;
        private long nonFinite;
    }

    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private final Map<String, Track> tracks = new LinkedHashMap<>();
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
    private long frames;

    Digest() {
        // in the order in which the charts stand
        for (String name : List.of(
                Scalars.LOSS,
                Scalars.VALIDATION_LOSS,
                Scalars.GRADIENT_NORM,
                Scalars.LEARNING_RATE,
                Scalars.LOSS_SCALE,
                TOKENS_PER_SECOND)) {
            tracks.put(name, new Track());
        }
    }

    void add(Telemetry item) {
        switch (item) {
            case Frame frame -> add(frame);
            case RunEvent event -> {} // what an event means is in the incidents
        }
    }

    private void add(Frame frame) {
        frames++;
        first = Math.min(first, frame.step());
        last = Math.max(last, frame.step());
        Scalars scalars = frame.scalars();
        for (int i = 0; i < scalars.names().size(); i++) {
            String name = scalars.names().get(i);
            double value = scalars.values()[i];
            Tally tally = tallies.computeIfAbsent(name, n -> new Tally());
            tally.count++;
            tally.nonFinite += Double.isFinite(value) ? 0 : 1;
            if (tracks.containsKey(name)) {
                tracks.get(name).add(frame.step(), value);
            }
        }
        OptionalDouble tokens = scalars.find(Scalars.TOKENS);
        OptionalDouble seconds = scalars.find(Scalars.STEP_SECONDS);
        boolean derive = tokens.isPresent() && seconds.isPresent() && seconds.getAsDouble() > 0;
        if (derive && scalars.find(TOKENS_PER_SECOND).isEmpty()) {
            tracks.get(TOKENS_PER_SECOND).add(frame.step(), tokens.getAsDouble() / seconds.getAsDouble());
        }
    }

    PostMortem result(
            String run,
            String format,
            List<Incident> incidents,
            List<RunWatch.NotApplicable> notApplicable,
            Reading reading) {
        PostMortem.Steps steps =
                frames == 0 ? new PostMortem.Steps(0, 0, 0) : new PostMortem.Steps(first, last, frames);
        return new PostMortem(
                run,
                format,
                steps,
                series(),
                incidents,
                notApplicable,
                measured(),
                reading.partial(),
                reading.remarks());
    }

    private List<PostMortem.Series> series() {
        return tallies.entrySet().stream()
                .map(entry -> new PostMortem.Series(
                        entry.getKey(), new PostMortem.Count(entry.getValue().count, entry.getValue().nonFinite)))
                .toList();
    }

    /** The curves that were measured at all. */
    private Map<String, Track> measured() {
        Map<String, Track> measured = new LinkedHashMap<>(tracks);
        measured.values()
                .removeIf(track ->
                        track.points().isEmpty() && track.nonFiniteSteps().isEmpty());
        return measured;
    }
}
