package observatory.trainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which build of some packages this is, by their class files: what one build computed, another may not. */
public final class ClassFiles {
    private ClassFiles() {}

    /**
     * Sixteen hex digits of a SHA-256; the same for the same classes, whether they lie in a jar or in a folder.
     *
     * @param one of the classes of that jar or folder
     * @param packages as paths, such as {@code observatory/trainer/cpu}; what lies below them does not count
     */
    public static String fingerprint(Class<?> one, List<String> packages) {
        try {
            URI place = one.getProtectionDomain().getCodeSource().getLocation().toURI();
            Path path = Path.of(place);
            if (Files.isDirectory(path)) {
                return hash(path, packages);
            }
            try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
                return hash(jar.getPath("/"), packages);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program cannot read its own classes", e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the program's classes lie nowhere", e);
        }
    }

    private static String hash(Path root, List<String> packages) throws IOException {
        MessageDigest digest = Sha256.digest();
        for (String name : packages) {
            List<Path> classes;
            try (Stream<Path> found = Files.list(root.resolve(name))) {
                classes = found.filter(file -> file.toString().endsWith(".class"))
                        .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                        .toList();
            }
            for (Path file : classes) {
                digest.update(Files.readAllBytes(file));
            }
        }
        return Sha256.shortHex(digest);
    }
}
