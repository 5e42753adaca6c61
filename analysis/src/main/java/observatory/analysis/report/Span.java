package observatory.analysis.report;

import java.util.Collection;
import java.util.LongSummaryStatistics;
import java.util.stream.LongStream;
import observatory.analysis.Incident;

/** The steps that all charts of a report span. */
record Span(long first, long last) {
    /** From the first to the last step at which any of these was measured; evaluations may go on much longer. */
    static Span of(Collection<Track> tracks) {
        LongSummaryStatistics steps = tracks.stream()
                .flatMapToLong(track -> LongStream.concat(
                        track.points().stream().mapToLong(Track.Point::step),
                        track.nonFiniteSteps().stream().mapToLong(Long::longValue)))
                .summaryStatistics();
        return steps.getCount() == 0 ? new Span(0, 1) : new Span(steps.getMin(), steps.getMax());
    }

    boolean meets(Incident incident) {
        return incident.lastStep() >= first && incident.firstStep() <= last;
    }

    Axis axis() {
        Axis axis = Axis.over(first, Math.max(last, first + 1), false);
        double room = 0.005 * Math.max(1, last - first); // enough for half a marker, for time needs no margin
        double low = first - room;
        double high = Math.max(last, first + 1) + room;
        return new Axis(
                low,
                high,
                false,
                axis.ticks().stream()
                        .filter(tick -> tick.position() >= low && tick.position() <= high)
                        .toList());
    }
}
