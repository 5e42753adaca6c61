package observatory.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders deleted and replaced with what is in them, and files replaced whole. */
final class Folders {
    private static final String UNFINISHED = ".unfinished-";
    private static final String REPLACED = ".replaced-";

    private Folders() {}

    /** Nothing where there is no such folder. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    /**
     * Takes folders away from where they are, all of them before the first is deleted: what a kill leaves in their places
     * is whole, and {@link #deleteUnfinished} knows the rest.
     */
    static void discard(Collection<Path> folders) throws IOException {
        List<Path> gone = new ArrayList<>();
        for (Path folder : folders) {
            gone.add(aside(folder));
        }
        for (Path folder : gone) {
            delete(folder);
        }
    }

    /** Where a folder lies once it has been moved away from its place. */
    private static Path aside(Path folder) throws IOException {
        Path away = Files.createTempDirectory(folder.toAbsolutePath().getParent(), REPLACED);
        return Files.move(folder, away, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a folder beside others for what is to replace one of them; {@link #deleteUnfinished} knows it by its name. */
    static Path unfinished(Path parent) throws IOException {
        return Files.createTempDirectory(parent, UNFINISHED);
    }

    /** Deletes what a process left that was killed while it wrote or replaced a folder in this one. */
    static void deleteUnfinished(Path parent) throws IOException {
        try (Stream<Path> found = Files.list(parent)) {
            for (Path path : found.toList()) {
                String name = path.getFileName().toString();
                if (name.startsWith(UNFINISHED) || name.startsWith(REPLACED)) {
                    delete(path);
                }
            }
        }
    }

    /** Moves a folder to a place on the same disk; one that is there is gone once the other is. */
    static void replace(Path place, Path by) throws IOException {
        if (!Files.exists(place)) {
            Files.move(by, place, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path old = aside(place);
        try {
            Files.move(by, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(old, place, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        delete(old);
    }

    /** Writes a file of a folder, which is made where there is none: the whole of it, or what was there stays. */
    static void write(Path folder, String name, byte[] content) throws IOException {
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, "." + name, ".part");
        try {
            Files.write(unfinished, content);
            Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
