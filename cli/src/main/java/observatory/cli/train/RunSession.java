package observatory.cli.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import observatory.cli.Failure;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.stream.Lock;
import observatory.trainer.checkpoint.Incarnations;

/**
 * A process's turn at a run: alone in the folder of its checkpoints until it is closed, with an incarnation of its own.
 */
final class RunSession implements AutoCloseable {
    private final Lock lock;
    private final Origin origin;

    private RunSession(Lock lock, Origin origin) {
        this.lock = lock;
        this.origin = origin;
    }

    /** The folder of the run that a checkpoint belongs to, which may be that folder; empty where it lies elsewhere. */
    static Optional<Path> folderOf(Path checkpoint, Path checkpoints) throws IOException {
        if (!Files.isDirectory(checkpoint) || !Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        Path real = checkpoint.toRealPath();
        Path all = checkpoints.toRealPath();
        if (all.equals(real.getParent())) {
            return Optional.of(real);
        }
        return Optional.of(real.getParent()).filter(run -> all.equals(run.getParent()));
    }

    /** Refuses where another process trains the run: what it has there changes while it is looked at. */
    static void checkFree(RunId run, Path folder) throws IOException {
        take(run, folder).close(false);
    }

    /** Begins the first incarnation of a run, or the next. */
    static RunSession begin(RunId run, Path folder) throws IOException {
        Lock lock = take(run, folder);
        try {
            int incarnation = Incarnations.next(folder);
            Incarnations.note(folder, incarnation);
            return new RunSession(lock, new Origin(run, incarnation, UUID.randomUUID(), 0));
        } catch (IOException | RuntimeException e) {
            lock.close(false);
            throw e;
        }
    }

    private static Lock take(RunId run, Path folder) throws IOException {
        return Lock.tryLock(folder, "training")
                .orElseThrow(() -> Failure.usage("another process trains the run " + run
                        + " now; wait for its end, or go on under another name with --run"));
    }

    /** Of its first rank. */
    Origin origin() {
        return origin;
    }

    @Override
    public void close() {
        lock.close(false);
    }
}
