package observatory.analysis.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import observatory.analysis.Severity;

/**
 * How alarms agree with labels, over any number of logs: episodes found, alarms that met none, and how late they came.
 *
 * @param lags of found episodes, in logged points; negative where the alarm led
 */
public record Score(long episodes, long found, long alarms, long wrong, long points, List<Double> lags) {
    static final Score NOTHING = new Score(0, 0, 0, 0, 0, List.of());
    /** Points without an alarm after which the next is another alarm, as our own incidents have it. */
    private static final int QUIET = 8;

    /** An alarm over some steps. */
    public record Alarm(Labels.Span span, Severity severity) {}

    /** Alarms of one log against its labels. */
    public static Score of(Labels.Log log, List<Alarm> alarms) {
        long counted = 0;
        long wrong = 0;
        for (Alarm alarm : alarms) {
            boolean right = log.episodes().stream().anyMatch(episode -> log.meets(alarm.span, episode));
            boolean excused = log.excused().stream()
                    .anyMatch(excuse ->
                            excuse.severities().contains(alarm.severity) && log.meets(alarm.span, excuse.span()));
            counted += right || !excused ? 1 : 0;
            wrong += right || excused ? 0 : 1;
        }
        List<Double> lags = new ArrayList<>();
        for (Labels.Span episode : log.episodes()) {
            alarms.stream()
                    .filter(alarm -> log.meets(alarm.span, episode))
                    .mapToDouble(alarm -> (alarm.span.first() - episode.first()) / log.interval())
                    .min()
                    .ifPresent(lags::add);
        }
        return new Score(log.episodes().size(), lags.size(), counted, wrong, log.points(), lags);
    }

    /** Points at which a published rule fires, joined into alarms. */
    public static List<Alarm> joined(PublishedRule rule, List<Point> run) {
        List<Alarm> alarms = new ArrayList<>();
        long first = -1;
        long last = -1;
        int quiet = 0;
        for (Point point : run) {
            boolean fires = rule.fires(point);
            quiet = fires ? 0 : quiet + 1;
            if (fires && first < 0) {
                first = point.step();
            }
            last = fires ? point.step() : last;
            if (first >= 0 && quiet > QUIET) {
                alarms.add(new Alarm(new Labels.Span(first, last), Severity.WARNING));
                first = -1;
            }
        }
        if (first >= 0) {
            alarms.add(new Alarm(new Labels.Span(first, last), Severity.WARNING));
        }
        return alarms;
    }

    public Score and(Score other) {
        return new Score(
                episodes + other.episodes,
                found + other.found,
                alarms + other.alarms,
                wrong + other.wrong,
                points + other.points,
                Stream.concat(lags.stream(), other.lags.stream()).toList());
    }

    public double recall() {
        return found / (double) episodes;
    }

    public double precision() {
        return (alarms - wrong) / (double) alarms;
    }

    public double wrongPer100k() {
        return 1e5 * wrong / points;
    }

    public double medianLag() {
        double[] sorted =
                lags.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
