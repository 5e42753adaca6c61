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

/**
 * Which build of the trainer this is: a SHA-256 over the classes that a step on the CPU consists of. Two builds that
 * differ there may differ in the last bit, and a replay is only worth something where none does.
 */
public final class TrainerBuild {
    /** Packages that make the bits of a step, below {@code observatory/trainer}; the first is the package itself. */
    private static final List<String> PACKAGES = List.of("", "cpu", "fault");

    private TrainerBuild() {}

    /** Sixteen hex digits; the same for the same classes, whether they lie in a jar or in a folder. */
    public static String fingerprint() {
        return Holder.FINGERPRINT;
    }

    private static final class Holder {
        static final String FINGERPRINT = compute();
    }

    private static String compute() {
        try {
            URI place = TrainerBuild.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            Path path = Path.of(place);
            if (Files.isDirectory(path)) {
                return hash(path);
            }
            try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
                return hash(jar.getPath("/"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the trainer cannot read its own classes", e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the trainer's classes lie nowhere", e);
        }
    }

    private static String hash(Path root) throws IOException {
        MessageDigest digest = Sha256.digest();
        for (String name : PACKAGES) {
            List<Path> classes;
            try (Stream<Path> found =
                    Files.list(root.resolve("observatory/trainer").resolve(name))) {
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
