package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Nothing is shipped that was not chosen: every jar beside the program stands in a list, in its
 * version, with a licence.
 */
class ThirdPartyIT {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    /** Those that may be redistributed with a program under Apache-2.0. */
    private static final Set<String> LICENCES =
            Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "GPL-2.0-with-classpath-exception");

    private record Listed(String group, String artifact, String version, String licence) {
        private static Listed of(String line) {
            String[] fields = line.split("\t");
            assertEquals(4, fields.length, line);
            return new Listed(fields[0], fields[1], fields[2], fields[3]);
        }

        /** Whether a file is this artifact, for whatever platform. */
        private boolean is(String file) {
            return file.matches("\\Q" + artifact + "-" + version + "\\E(-[a-z]+(-[a-z0-9_]+)?)?\\.jar");
        }
    }

    @Test
    void everyJarThatIsShippedIsListedWithItsLicence() throws IOException {
        List<Listed> listed = Files.readAllLines(ROOT.resolve("cli").resolve("third-party.tsv")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Listed::of)
                .toList();
        Set<String> shipped;
        try (Stream<Path> files =
                Files.list(ROOT.resolve("cli").resolve("target").resolve("lib"))) {
            shipped = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith("-SNAPSHOT.jar"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertTrue(shipped.size() > 50, "the program is built: " + shipped);
        for (String jar : shipped) {
            assertTrue(listed.stream().anyMatch(one -> one.is(jar)), jar + " is not in cli/third-party.tsv");
        }
        for (Listed one : listed) {
            assertTrue(LICENCES.contains(one.licence), one + " has no licence that this program may ship");
            assertTrue(shipped.stream().anyMatch(one::is), one + " is listed and not shipped any more");
        }
    }
}
