package observatory.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import observatory.analysis.Incident;
import observatory.analysis.SpikeLog;
import observatory.analysis.replay.ReplayResult;
import observatory.analysis.report.ReplayReport;
import observatory.cli.replay.Replaying;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.ui.replay.Replayer;

/** Replays that are asked for in the window: of spike logs and checkpoints below the data directory. */
final class WindowReplays implements Replayer {
    private static final String VECTORS = "jdk.incubator.vector";

    private final StateDirectory state;

    WindowReplays(StateDirectory state) {
        this.state = state;
    }

    @Override
    public ReplayResult replay(Incident incident, BooleanSupplier stop, Progress progress) {
        Path log = SpikeLog.file(state.spikeLogs(), incident);
        if (!Files.isRegularFile(log)) {
            throw new IllegalArgumentException("there is no spike log of this incident yet: it is written to " + log
                    + " when the incident is over, if it is above info");
        }
        if (ModuleLayer.boot().findModule(VECTORS).isEmpty()) {
            throw new IllegalArgumentException("this window was opened without what trains; run `observatory replay "
                    + log + "` in a terminal, or open the window with `observatory demo`");
        }
        Path checkpoints = state.checkpoints().resolve(incident.run().value());
        if (!Files.isDirectory(checkpoints)) {
            throw new IllegalArgumentException("there are no checkpoints of "
                    + incident.run().value() + " in " + checkpoints + "; train with --checkpoint-every 50, or here");
        }
        Path notes = ReplayCommand.notes(state, log);
        try {
            ReplayResult result = Replaying.of(
                    new Replaying.Asked(SpikeLog.read(log), Optional.empty(), Optional.empty()),
                    checkpoints,
                    notes,
                    Replaying.Manner.whole(Runtime.getRuntime().availableProcessors()),
                    new Replaying.Watch(stop, progress::at, System::nanoTime));
            Files.writeString(notes.resolveSibling("report.html"), ReplayReport.of(result));
            return result;
        } catch (CheckpointException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot replay below " + state.root() + ": " + e.getMessage(), e);
        }
    }
}
