package observatory.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Severity;
import observatory.analysis.SpikeLog;
import observatory.analysis.replay.ReplayJson;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.replay.ReplayText;
import observatory.analysis.report.ReplayReport;
import observatory.cli.Console;
import observatory.cli.Interrupt;
import observatory.cli.StateDirectory;
import observatory.cli.replay.ReplayCommand;
import observatory.cli.replay.ReplayProgress;
import observatory.cli.replay.Replaying;
import observatory.trainer.Backend;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.run.Checkpoints;

/**
 * The end of a demo: its worst incident is run again with one thing changed at a time, as `observatory replay` does.
 */
final class DemoReplay {
    private final StateDirectory state;
    private final Console console;
    private final Interrupt interrupt;
    private final DemoOptions options;

    DemoReplay(StateDirectory state, Console console, Interrupt interrupt, DemoOptions options) {
        this.state = state;
        this.console = console;
        this.interrupt = interrupt;
        this.options = options;
    }

    /** A replay, the log it is of, its page, and how it is asked for again. */
    record Done(ReplayResult result, Path log, Path report, String again) {
        ObjectNode json() {
            return ReplayJson.write(result).put("spikeLog", log.toString()).put("report", report.toString());
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%nreplayed in %.1f s: %s, with one thing changed at a time%n%s%nreport:    %s%nmore:      %s",
                    result.cost().seconds(),
                    result.incident(),
                    ReplayText.brief(result),
                    report,
                    again);
        }
    }

    /** Nothing where nothing is worth it, where the run was interrupted, and where it was trained on a GPU. */
    Optional<Done> of(DemoResult demo, RunPlan plan) {
        Checkpoints checkpoints = plan.checkpoints().orElseThrow();
        List<Incident> serious = demo.incidents().stream()
                .filter(one -> one.severity() != Severity.INFO)
                .toList();
        try {
            Optional<Done> done = serious.isEmpty()
                            || demo.interrupted()
                            || options.noReplay
                            || plan.backend().backend() != Backend.CPU
                    ? Optional.empty()
                    : Optional.of(replay(log(demo, serious), checkpoints.ring(), plan));
            checkpoints.ring().drop(1);
            return done;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot replay below " + state.root(), e);
        }
    }

    /** Of the worst, the first; spike logs are in the order of the incidents above info. */
    private static Path log(DemoResult demo, List<Incident> serious) {
        Incident worst = serious.stream()
                .max(Comparator.comparing(Incident::severity)
                        .thenComparing(
                                Comparator.comparingLong(Incident::firstStep).reversed()))
                .orElseThrow();
        return demo.spikeLogs().get(serious.indexOf(worst));
    }

    private Done replay(Path log, CheckpointRing ring, RunPlan plan) throws IOException {
        ReplayResult result = Replaying.of(
                new Replaying.Asked(SpikeLog.read(log), Optional.empty(), Optional.empty()),
                ring.folder(),
                ReplayCommand.notes(state, log),
                Replaying.Manner.brief(plan.threads()),
                new Replaying.Watch(
                        interrupt::requested,
                        options.quiet ? (done, planned, doing) -> {} : new ReplayProgress(console, System::nanoTime),
                        System::nanoTime));
        Path report = ReplayCommand.notes(state, log).resolveSibling("report.html");
        Files.createDirectories(report.getParent());
        Files.writeString(report, ReplayReport.of(result));
        return new Done(result, log, report, "observatory replay " + log + state.option(System.getenv()));
    }
}
