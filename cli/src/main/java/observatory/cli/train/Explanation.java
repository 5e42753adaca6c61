package observatory.cli.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.analysis.Severity;
import observatory.analysis.SpikeLog;
import observatory.analysis.report.HtmlReport;
import observatory.analysis.report.PostMortem;
import observatory.cli.StateDirectory;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/** What a watched run leaves for people: a spike log for each incident above info, and the report of the whole. */
record Explanation(List<Path> spikeLogs, Path report) {

    static Explanation write(RunId run, LiveRun live, StateDirectory state) {
        List<Telemetry> telemetry = live.telemetry();
        List<Incident> incidents = live.incidents();
        try {
            List<Path> spikeLogs = new ArrayList<>();
            for (Incident incident : incidents) {
                if (incident.severity() != Severity.INFO) {
                    spikeLogs.add(SpikeLog.of(incident, telemetry).write(state.spikeLogs()));
                }
            }
            Files.createDirectories(state.reports());
            Path report = state.reports().resolve(run.value() + ".html");
            Files.writeString(
                    report,
                    HtmlReport.of(PostMortem.of(run.value(), telemetry, incidents, notApplicable(run, telemetry))));
            return new Explanation(spikeLogs, report);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write what happened below " + state.root(), e);
        }
    }

    /** Which detectors never saw what they need: a matter of what was recorded, whoever judged it. */
    private static List<RunWatch.NotApplicable> notApplicable(RunId run, List<Telemetry> telemetry) {
        RunWatch watch = RunWatch.of(run);
        telemetry.forEach(watch::accept);
        return watch.notApplicable();
    }
}
