package observatory.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import observatory.trainer.ModelState;
import observatory.trainer.Recipe;
import observatory.trainer.TrainerState;

/**
 * The newest few checkpoints of a run, {@code step-00000200} and so on in one folder, to rewind to or to resume from,
 * and beside them at most {@value #MOST_HELD} that are held because something happened near them.
 */
public record CheckpointRing(Path folder, int keep) {
    public static final int MOST_HELD = 9;

    private static final String HELD = "held-";
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,})");

    public CheckpointRing {
        if (keep < 1) {
            throw new IllegalArgumentException("a ring keeps at least one checkpoint: keep=" + keep);
        }
    }

    /**
     * Writes a checkpoint, replacing one of the same step, then drops the oldest ones, and what a run that was killed left of
     * one. One writer at a time.
     */
    public Path write(Recipe recipe, TrainerState trainer, ModelState model) throws IOException {
        Path place = folder.resolve(name("step-", trainer.step()));
        Checkpoint.write(place, recipe, trainer, model);
        Folders.deleteUnfinished(folder);
        drop(keep);
        return place;
    }

    /** Drops all but the newest so many and those that are held. */
    public void drop(int newest) throws IOException {
        SortedMap<Long, Path> all = all();
        all.keySet().removeIf(step -> Files.exists(mark(step)));
        List<Path> oldest =
                all.values().stream().limit(Math.max(0, all.size() - newest)).toList();
        Folders.discard(oldest);
    }

    /**
     * Keeps the checkpoint of a step for good; false where there is none, or as many are held as may be. Any thread: a
     * checkpoint that is being dropped meanwhile is gone.
     */
    public boolean hold(long step) throws IOException {
        if (Files.exists(mark(step))) {
            return true;
        }
        if (!all().containsKey(step) || held() >= MOST_HELD) {
            return false;
        }
        Files.createFile(mark(step));
        return true;
    }

    private long held() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(path -> path.getFileName().toString().startsWith(HELD))
                    .count();
        }
    }

    private Path mark(long step) {
        return folder.resolve(name(HELD, step));
    }

    /** In the digits that {@link #NAME} knows, whatever those of the machine's language are. */
    private static String name(String kind, long step) {
        return String.format(Locale.ROOT, "%s%08d", kind, step);
    }

    /** Drops what was written after a step, held or not: a run that goes back to it takes another course. */
    public void dropAfter(long step) throws IOException {
        SortedMap<Long, Path> later = all().tailMap(step + 1);
        // The newest first, as that is what a run goes on from.
        Folders.discard(List.copyOf(later.values()).reversed());
        for (long each : later.keySet()) {
            Files.deleteIfExists(mark(each));
        }
    }

    /** By the step they were written after. */
    public SortedMap<Long, Path> all() throws IOException {
        SortedMap<Long, Path> all = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> found = Files.list(folder)) {
                found.forEach(path -> {
                    Matcher name = NAME.matcher(path.getFileName().toString());
                    if (name.matches()) {
                        all.put(Long.valueOf(name.group(1)), path);
                    }
                });
            }
        }
        return all;
    }

    /** What all of it takes on disk. */
    public long bytes() throws IOException {
        long bytes = 0;
        for (Path place : all().values()) {
            try (Stream<Path> files = Files.list(place)) {
                for (Path file : files.toList()) {
                    bytes += Files.size(file);
                }
            }
        }
        return bytes;
    }

    public Optional<Checkpoint> latest() throws IOException {
        SortedMap<Long, Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(Checkpoint.open(all.get(all.lastKey())));
    }

    public Optional<Checkpoint> at(long step) throws IOException {
        Path path = all().get(step);
        return path == null ? Optional.empty() : Optional.of(Checkpoint.open(path));
    }
}
