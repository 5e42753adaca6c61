package observatory.analysis.log;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Logs of real runs that lie beside the project; a test that needs one is skipped where there are none. */
public final class RealLogs {
    private RealLogs() {}

    public static Path find(String file) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path found = folder.resolve("shared/data").resolve(file);
            if (Files.exists(found)) {
                return found;
            }
        }
        String where = System.getProperty("observatory.shared.data", "");
        Path given = Path.of(where).resolve(file);
        Assumptions.assumeTrue(
                !where.isEmpty() && Files.exists(given),
                "no real logs beside the project: looked for shared/data/" + file
                        + " here and in every folder above; -Dobservatory.shared.data=FOLDER names another");
        return given;
    }
}
