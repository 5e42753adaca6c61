package observatory.cli.rules;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import observatory.analysis.Incident;
import observatory.analysis.IncidentJson;
import observatory.analysis.Rules;
import observatory.analysis.detector.Settings;
import observatory.analysis.log.LogException;
import observatory.analysis.report.PostMortem;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.LogOptions;
import observatory.cli.Readable;
import observatory.cli.ReadingProgress;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What a rules file would have found in a log, against what the defaults find. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "What would have fired: judge a log with a rules file, and with the defaults beside it.")
public final class RulesTestCommand implements Callable<Integer> {
    @ParentCommand
    private RulesCommand parent;

    @Parameters(index = "0", paramLabel = "RULES", description = "YAML with a section settings:; docs/detection.md.")
    private Path rules;

    @Mixin
    private LogOptions log;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        Settings settings = settings(rules);
        Readable.INPUT.check("log", log.path());
        List<Incident> with;
        List<Incident> without;
        try {
            with = judged(settings);
            without = judged(Settings.DEFAULTS);
        } catch (LogException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        parent.console().result(json ? document(with, without) : text(with, without));
        return ExitCode.OK;
    }

    /** The thresholds of a rules file; a mistake in it is one line and exit code 3. */
    public static Settings settings(Path rules) {
        Readable.SETTINGS.checkFile("rules file", rules);
        try {
            return Rules.read(rules);
        } catch (IOException e) {
            throw Readable.SETTINGS.failed("rules file", rules, e);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    private List<Incident> judged(Settings settings) {
        return PostMortem.of(
                        log.source(new ReadingProgress(
                                parent.console(), log.path().getFileName().toString(), System::nanoTime)),
                        log.format(),
                        settings)
                .incidents();
    }

    private static String text(List<Incident> with, List<Incident> without) {
        List<String> lines = new ArrayList<>();
        for (Incident incident : with) {
            lines.add((has(without, incident) ? "  " : "+ ") + line(incident));
        }
        for (Incident incident : without) {
            if (!has(with, incident)) {
                lines.add("- " + line(incident));
            }
        }
        lines.add("%d incidents with these rules, %d with the defaults (+ new, - gone)"
                .formatted(with.size(), without.size()));
        return String.join(System.lineSeparator(), lines);
    }

    private static String line(Incident incident) {
        return "%-8s %s, %s: %s"
                .formatted(incident.severity().label(), incident.kind().label(), incident.steps(), incident.summary());
    }

    /** The same kind and severity at steps that meet. */
    private static boolean has(List<Incident> incidents, Incident one) {
        return incidents.stream()
                .anyMatch(other -> other.kind() == one.kind()
                        && other.severity() == one.severity()
                        && other.firstStep() <= one.lastStep()
                        && other.lastStep() >= one.firstStep());
    }

    private static String document(List<Incident> with, List<Incident> without) {
        ObjectNode document = Json.mapper().createObjectNode();
        ArrayNode fired = document.putArray("incidents");
        with.forEach(incident -> fired.add(IncidentJson.write(incident).put("new", !has(without, incident))));
        ArrayNode gone = document.putArray("gone");
        without.stream()
                .filter(incident -> !has(with, incident))
                .forEach(incident -> gone.add(IncidentJson.write(incident)));
        return document.toString();
    }
}
