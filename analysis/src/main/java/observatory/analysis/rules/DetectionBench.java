package observatory.analysis.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import observatory.analysis.detector.Settings;
import observatory.analysis.log.LogFormats;
import observatory.analysis.log.LogSource;
import observatory.analysis.log.Progress;
import observatory.probe.Frame;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;

/** Our detectors and every published rule on the same labelled logs, scored alike. */
public final class DetectionBench {
    private static final String OURS = "**Stability Observatory**";

    private final Path data;
    private final List<Labels.Log> labels;
    private final Map<String, List<Telemetry>> logs = new LinkedHashMap<>();

    public DetectionBench(Path data, List<Labels.Log> labels) {
        this.data = data;
        this.labels = labels;
    }

    /** A score with its parts by family of runs. */
    public record Result(String name, Score total, SortedMap<String, Score> families) {}

    /** Ours first, then the published rules in the order of the catalogue. */
    public List<Result> run(Progress progress) {
        List<Result> results = new ArrayList<>();
        results.add(scored(OURS, log -> ours(log, Settings.DEFAULTS)));
        List<Supplier<PublishedRule>> rules = PublishedRules.all();
        for (int i = 0; i < rules.size(); i++) {
            progress.at(i, rules.size());
            Supplier<PublishedRule> rule = rules.get(i);
            results.add(scored(rule.get().name(), log -> Score.joined(rule.get(), points(log))));
        }
        return results;
    }

    /** Ours with other thresholds. */
    public Result run(String name, Settings settings) {
        return scored(name, log -> ours(log, settings));
    }

    /** Ours on what could have been logged of the same runs instead. */
    public Result run(Perturbation changed) {
        Score total = Score.NOTHING;
        SortedMap<String, Score> families = new TreeMap<>();
        for (Labels.Log log : labels) {
            List<Frame> frames = telemetry(log).stream()
                    .filter(Frame.class::isInstance)
                    .map(Frame.class::cast)
                    .filter(frame -> frame.scalars().find(Scalars.LOSS).isPresent())
                    .toList();
            List<Frame> others = changed.of(frames);
            if (others.isEmpty()) {
                continue;
            }
            Labels.Log label = changed.label(log, others);
            Score score = Score.of(label, ours(label, others, Settings.DEFAULTS));
            total = total.and(score);
            families.merge(log.family(), score, Score::and);
        }
        return new Result(changed.words(), total, families);
    }

    private interface Alarms {
        List<Score.Alarm> of(Labels.Log log);
    }

    private Result scored(String name, Alarms alarms) {
        Score total = Score.NOTHING;
        SortedMap<String, Score> families = new TreeMap<>();
        for (Labels.Log log : labels) {
            Score score = Score.of(log, alarms.of(log));
            total = total.and(score);
            families.merge(log.family(), score, Score::and);
        }
        return new Result(name, total, families);
    }

    /**
     * Incidents that say the run is unstable, and those of the gradient where they met an episode: they can help only.
     */
    private List<Score.Alarm> ours(Labels.Log log, Settings settings) {
        return ours(log, telemetry(log), settings);
    }

    private static List<Score.Alarm> ours(Labels.Log log, List<? extends Telemetry> items, Settings settings) {
        List<Score.Alarm> alarms = new ArrayList<>();
        for (Incident incident : paged(items, settings)) {
            Score.Alarm alarm = alarm(incident);
            boolean met = log.episodes().stream().anyMatch(episode -> log.meets(alarm.span(), episode));
            if (instability(incident.kind()) || gradient(incident.kind()) && met) {
                alarms.add(alarm);
            }
        }
        return alarms;
    }

    /** Alarms that say the run is unstable. */
    static List<Score.Alarm> pages(List<? extends Telemetry> items, Settings settings) {
        return paged(items, settings).stream()
                .filter(incident -> instability(incident.kind()))
                .map(DetectionBench::alarm)
                .toList();
    }

    private static List<Incident> paged(List<? extends Telemetry> items, Settings settings) {
        RunWatch watch = RunWatch.of(new RunId("bench"), settings);
        items.forEach(watch::accept);
        watch.finish();
        return watch.incidents().stream()
                .filter(incident -> incident.severity() != Severity.INFO)
                .toList();
    }

    private static Score.Alarm alarm(Incident incident) {
        return new Score.Alarm(new Labels.Span(incident.firstStep(), incident.lastStep()), incident.severity());
    }

    private static boolean instability(Kind kind) {
        return switch (kind) {
            case LOSS_SPIKE, DIVERGENCE, SLOW_DIVERGENCE, NON_FINITE, OVERFLOW, LOSS_SCALE_COLLAPSE -> true;
            default -> false;
        };
    }

    private static boolean gradient(Kind kind) {
        return kind == Kind.GRADIENT_SPIKE || kind == Kind.GRADIENT_DRIFT || kind == Kind.GRADIENT_EXPLOSION;
    }

    private List<Point> points(Labels.Log log) {
        List<Point> points = new ArrayList<>();
        for (Telemetry item : telemetry(log)) {
            if (item instanceof Frame frame
                    && frame.scalars().find(Scalars.LOSS).isPresent()) {
                points.add(new Point(
                        frame.step(),
                        frame.scalars().find(Scalars.LOSS).orElseThrow(),
                        frame.scalars().find(Scalars.GRADIENT_NORM).orElse(Double.NaN),
                        frame.scalars().find(Scalars.GRADIENT_NORM).isPresent()));
            }
        }
        return points;
    }

    private List<Telemetry> telemetry(Labels.Log log) {
        return logs.computeIfAbsent(log.file(), file -> {
            Path path = data.resolve(file);
            List<Telemetry> items = new ArrayList<>();
            LogFormats.find(path, Optional.empty()).read(new LogSource(path, Progress.NONE), items::add);
            return items;
        });
    }
}
