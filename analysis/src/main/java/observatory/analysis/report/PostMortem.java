package observatory.analysis.report;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.analysis.detector.Settings;
import observatory.analysis.log.LogException;
import observatory.analysis.log.LogFormat;
import observatory.analysis.log.LogFormats;
import observatory.analysis.log.LogSource;
import observatory.analysis.log.Progress;
import observatory.analysis.log.Reading;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/**
 * A run examined from its first step to its last: what was measured, what went wrong, and what could not be judged.
 * The same record comes from a live run and from another framework's log; reports and JSON are made from it alone.
 *
 * @param format the log format, or {@code live}
 * @param incidents in the order in which they began
 * @param tracks the curves to draw, by series
 * @param partial whether damage ended the reading before the end of the log
 * @param remarks what a reader should know about how the log was read
 */
public record PostMortem(
        String run,
        String format,
        Steps steps,
        List<Series> series,
        List<Incident> incidents,
        List<RunWatch.NotApplicable> notApplicable,
        Map<String, Track> tracks,
        boolean partial,
        List<String> remarks) {

    /** The least and the greatest step seen, and how many frames there were. */
    public record Steps(long first, long last, long count) {}

    /** How many values a series has, and how many of them are NaN or infinite. */
    public record Count(long values, long nonFinite) {}

    public record Series(String name, Count count) {}

    public PostMortem {
        series = List.copyOf(series);
        incidents = incidents.stream()
                .sorted(Comparator.comparingLong(Incident::firstStep))
                .toList();
        notApplicable = List.copyOf(notApplicable);
        remarks = List.copyOf(remarks);
    }

    /**
     * Reads a log and has it judged. Throws {@link LogException} where it cannot be read; one without a step
     * is told as such.
     */
    public static PostMortem of(Path log, Optional<LogFormat> format, Progress progress) {
        return of(new LogSource(log, progress), format);
    }

    /** The same of a log of which more is known. */
    public static PostMortem of(LogSource source, Optional<LogFormat> format) {
        return of(source, format, Settings.DEFAULTS);
    }

    /** The same with thresholds of one's own. */
    public static PostMortem of(LogSource source, Optional<LogFormat> format, Settings settings) {
        LogFormat found = LogFormats.find(source.path(), format);
        Digest digest = new Digest();
        RunWatch watch = RunWatch.of(RunId.near(source.name()), settings).speaking(found.name());
        Reading reading = Handover.of(sink -> found.read(source, sink), item -> {
            digest.add(item);
            watch.accept(item);
        });
        watch.finish();
        return digest.result(source.name(), found.name(), watch.incidents(), watch.notApplicable(), reading);
    }

    /** The same of a run that was watched live, from what it sent and what was found then. */
    public static PostMortem of(
            String run,
            Iterable<? extends Telemetry> recorded,
            List<Incident> incidents,
            List<RunWatch.NotApplicable> notApplicable) {
        Digest digest = new Digest();
        recorded.forEach(digest::add);
        return digest.result(run, "live", incidents, notApplicable, new Reading(0, 0, List.of()));
    }

    /** One JSON document; numbers that are not finite are strings. */
    public String toJson() {
        return PostMortemJson.print(this);
    }
}
