package observatory.analysis.log;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files of a folder are the log of its run. Asked for in this order: event files, a {@code .wandb} file, the
 * {@code trainer_state.json} of the last checkpoint, the CSV files of DeepSpeed's monitor, {@code metrics.jsonl}, the
 * only file that looks like a log.
 */
final class LogFolder {
    private static final int DEEPEST = 3; // Hugging Face writes OUTPUT/runs/DATE_HOST/events…
    private static final int MOST = 20_000; // entries looked at
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d{1,15})");

    private LogFolder() {}

    static List<Path> files(Path folder) {
        List<Path> inside = inside(folder);
        List<List<Path>> answers = List.of(
                sameFolder(named(inside, name -> name.contains("tfevents"))),
                named(inside, name -> name.endsWith(".wandb")),
                lastCheckpoint(inside),
                named(inside, name -> name.matches(DeepSpeedCsv.FILE_NAME)),
                named(inside, name -> name.equals("metrics.jsonl")),
                named(inside, name -> name.matches(".*\\.(log|out|txt|jsonl|json|csv|tsv|db)")));
        List<Path> found =
                answers.stream().filter(files -> !files.isEmpty()).findFirst().orElse(List.of());
        boolean several = found.size() > 1 && found == answers.getLast();
        if (found.isEmpty() || several) {
            throw new LogException(
                    folder,
                    0,
                    several ? "the folder has several logs: " + names(found) : "the folder has no log in it",
                    "name the log file itself, or the folder of one run");
        }
        return found;
    }

    /** What goes away meanwhile, as the checkpoint before the last does, or may not be looked into, is passed over. */
    private static List<Path> inside(Path folder) {
        List<Path> files = new ArrayList<>();
        FileVisitor<Path> visitor = new SimpleFileVisitor<>() {
            private int entries;

            private FileVisitResult counted() {
                return ++entries < MOST ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return counted();
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (Files.isRegularFile(file)) {
                    files.add(file);
                }
                return counted();
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
                if (file.equals(folder)) {
                    throw why;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException why) {
                return FileVisitResult.CONTINUE;
            }
        };
        try {
            Files.walkFileTree(folder, Set.of(), DEEPEST, visitor);
        } catch (IOException e) {
            throw new LogException(folder, 0, e);
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }

    private static List<Path> named(List<Path> files, Predicate<String> name) {
        return files.stream()
                .filter(file -> name.test(file.getFileName().toString()))
                .toList();
    }

    /** Files of several folders are several runs, or several writers of one: the folder with the most is taken. */
    private static List<Path> sameFolder(List<Path> files) {
        return files.stream()
                .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .max(Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private static List<Path> lastCheckpoint(List<Path> files) {
        return named(files, "trainer_state.json"::equals).stream()
                .max(Comparator.comparingLong(LogFolder::step))
                .map(List::of)
                .orElse(List.of());
    }

    /** The step of the checkpoint a file lies in; what lies in none was written last of all. */
    private static long step(Path file) {
        Matcher checkpoint = CHECKPOINT.matcher(file.getParent().getFileName().toString());
        return checkpoint.matches() ? Long.parseLong(checkpoint.group(1)) : Long.MAX_VALUE;
    }

    private static String names(List<Path> files) {
        String first = files.stream()
                .limit(5)
                .map(file -> file.getFileName().toString())
                .collect(Collectors.joining(", "));
        return files.size() > 5 ? first + " and " + (files.size() - 5) + " more" : first;
    }
}
