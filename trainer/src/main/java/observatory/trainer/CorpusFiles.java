package observatory.trainer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads a corpus from files; each file type is a source, its files one after the other in the order of their names. */
public final class CorpusFiles {
    /** More text than a model of the size a CPU trains can use, and still small in memory. */
    private static final long LIMIT = 512L << 20;

    private static final String BUNDLED = "corpus.zip";

    private CorpusFiles() {}

    /** The snapshot of this project's own sources and documentation that is part of the program. */
    public static Corpus bundled() {
        Map<String, ByteArrayOutputStream> sources = new TreeMap<>();
        try (InputStream resource = CorpusFiles.class.getResourceAsStream(BUNDLED)) {
            if (resource == null) {
                throw new IllegalStateException(
                        "the program was built without its corpus; give one with --corpus PATH");
            }
            ZipInputStream zip = new ZipInputStream(resource);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                add(sources, entry.getName(), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the bundled corpus: " + e.getMessage(), e);
        }
        return corpus(sources);
    }

    /** A file, or every file of a folder and its folders that is not hidden. */
    public static Corpus read(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("no such corpus: " + path + "; give a file or a folder of text");
        }
        Map<String, ByteArrayOutputStream> sources = new TreeMap<>();
        long size = 0;
        for (Path file : files(path)) {
            size += Files.size(file);
            if (size > LIMIT) {
                throw new IllegalArgumentException(
                        "a corpus is at most 512 MiB: " + path + " is larger; give a part of it");
            }
            add(sources, file.getFileName().toString(), Files.readAllBytes(file));
        }
        if (size == 0) {
            throw new IllegalArgumentException("the corpus is empty: " + path + "; give a file or a folder of text");
        }
        return corpus(sources);
    }

    private static List<Path> files(Path path) throws IOException {
        try (Stream<Path> found = Files.walk(path)) {
            return found.filter(Files::isRegularFile)
                    .filter(file -> !hidden(path.relativize(file)))
                    .sorted()
                    .toList();
        }
    }

    private static boolean hidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".") && !part.toString().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static void add(Map<String, ByteArrayOutputStream> sources, String name, byte[] text) {
        int dot = name.lastIndexOf('.');
        String type = dot < 0 ? "text" : name.substring(dot + 1).toLowerCase(java.util.Locale.ROOT);
        sources.computeIfAbsent(type, t -> new ByteArrayOutputStream()).writeBytes(text);
    }

    private static Corpus corpus(Map<String, ByteArrayOutputStream> sources) {
        return new Corpus(sources.entrySet().stream()
                .map(entry -> new Corpus.Source(entry.getKey(), entry.getValue().toByteArray()))
                .toList());
    }
}
