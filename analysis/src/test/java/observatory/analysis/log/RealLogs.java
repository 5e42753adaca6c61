package observatory.analysis.log;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Logs of real runs that lie beside the project; a test that needs one is skipped where there are none. */
public final class RealLogs {
    private static final String FOLDER = "observatory.shared.data";

    private RealLogs() {}

    public static Path find(String file) {
        Optional<Path> found = locate(file);
        Assumptions.assumeTrue(
                found.isPresent(),
                "no real logs beside the project: looked for shared/data/" + file
                        + " here and in every folder above; -D" + FOLDER + "=FOLDER names another");
        return found.orElseThrow();
    }

    static Optional<Path> locate(String file) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared/data").resolve(file);
            if (Files.exists(found)) {
                return Optional.of(found);
            }
        }
        return Optional.ofNullable(System.getProperty(FOLDER))
                .map(given -> Path.of(given).resolve(file))
                .filter(Files::exists);
    }
}
