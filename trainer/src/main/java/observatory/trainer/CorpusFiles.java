package observatory.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads a corpus from files; each file type is a source, its files one after the other in the order of their names.
 * Files of bytes are mapped, not read. A file of tokens, {@code .u16}, {@code .bin} or {@code .u32}, is a source of its
 * own.
 */
public final class CorpusFiles {
    /** From here on a file is mapped; below, a mapping costs more than the bytes. */
    private static final long MAPPED = 1 << 20;

    /** The bundled snapshot: named by the beginning of its SHA-256, and made anew by trainer/corpus.sh alone. */
    public static final String BUNDLED = "corpus-f10d57bb37be0b36.zip";

    private CorpusFiles() {}

    /** The snapshot of this project's own sources and documentation that is part of the program. */
    public static Corpus bundled() {
        Map<String, List<Tokens>> sources = new TreeMap<>();
        InputStream resource = CorpusFiles.class.getResourceAsStream(BUNDLED);
        if (resource == null) {
            throw new IllegalStateException("the program was built without its corpus; give one with --corpus PATH");
        }
        try (ZipInputStream zip = new ZipInputStream(resource)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                add(sources, type(entry.getName()), StoredTokens.ofText(zip.readAllBytes()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the bundled corpus: " + e.getMessage(), e);
        }
        return corpus(sources);
    }

    /** A file, or every file of a folder and its folders that is not hidden. */
    public static Corpus read(Path path, Tokenizer tokenizer) throws IOException {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("no such corpus: " + path + "; give a file or a folder of text");
        }
        Map<String, List<Tokens>> sources = new TreeMap<>();
        for (Path file : files(path)) {
            String name = file.getFileName().toString();
            switch (type(name)) {
                case "bin", "u16" -> add(sources, name, StoredTokens.map(file, Short.BYTES));
                case "u32" -> add(sources, name, StoredTokens.map(file, Integer.BYTES));
                default -> add(sources, type(name), text(file, tokenizer));
            }
        }
        Corpus corpus = corpus(sources);
        if (corpus.size() == 0) {
            throw new IllegalArgumentException("the corpus is empty: " + path + "; give a file or a folder of text");
        }
        return corpus;
    }

    private static Tokens text(Path file, Tokenizer tokenizer) throws IOException {
        return tokenizer == Tokenizer.BYTES && Files.size(file) >= MAPPED
                ? StoredTokens.map(file, 1)
                : tokenizer.encode(Files.readAllBytes(file));
    }

    private static List<Path> files(Path path) throws IOException {
        try (Stream<Path> found = Files.walk(path)) {
            return found.filter(Files::isRegularFile)
                    .filter(file -> !hidden(path.relativize(file)))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // A folder below it that may not be looked into.
        }
    }

    private static boolean hidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static String type(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "text" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }

    private static void add(Map<String, List<Tokens>> sources, String name, Tokens tokens) {
        sources.computeIfAbsent(name, n -> new ArrayList<>()).add(tokens);
    }

    private static Corpus corpus(Map<String, List<Tokens>> sources) {
        return new Corpus(sources.entrySet().stream()
                .map(entry -> new Corpus.Source(entry.getKey(), new JoinedTokens(entry.getValue())))
                .toList());
    }
}
