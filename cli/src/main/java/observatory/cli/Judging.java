package observatory.cli;

import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.analysis.log.Progress;
import observatory.analysis.report.PostMortem;
import observatory.analysis.report.Watch;
import observatory.probe.RunId;
import observatory.probe.Telemetry;

/** Post-mortems with the built-in detectors. */
final class Judging {
    private Judging() {}

    static PostMortem log(java.nio.file.Path log, Optional<String> format, Progress progress) {
        return PostMortem.of(
                log,
                format,
                progress,
                watch(RunWatch.of(RunId.near(log.getFileName().toString()))));
    }

    static PostMortem live(RunId run, List<Telemetry> telemetry, List<Incident> incidents) {
        RunWatch watch = RunWatch.of(run);
        telemetry.forEach(watch::accept);
        return PostMortem.of(run.value(), telemetry, incidents, watch(watch).notApplicable());
    }

    private static Watch watch(RunWatch watch) {
        return new Watch() {
            @Override
            public void accept(Telemetry item) {
                watch.accept(item);
            }

            @Override
            public List<Incident> finish() {
                watch.finish();
                return watch.incidents();
            }

            @Override
            public List<PostMortem.Silent> notApplicable() {
                return watch.notApplicable().stream()
                        .map(one -> new PostMortem.Silent(one.detector(), one.reason()))
                        .toList();
            }
        };
    }
}
