package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import observatory.analysis.detector.Detectors;
import observatory.analysis.detector.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the documents tell a reader to type works, and what they point to is there. */
class ReadmeIT {
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    /** The README's first block, which {@link DemoIT} runs and looks at what it says. */
    private static final String DEMO = "./observatory demo\n";

    @TempDir
    Path scratch;

    /** A block of shell in a document, which a reader would paste as a whole. */
    record Block(String document, String shell) {
        @Override
        public String toString() {
            return document + ": " + shell.lines().findFirst().orElse("");
        }
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void runs(Block block) throws Exception {
        try (Program program = Program.shell(scratch, "set -e\n" + block.shell())) {
            Program.Ended ended = program.await();
            assertEquals(0, ended.exitCode(), ended::toString);
        }
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (Path document : documents()) {
            for (MatchResult link :
                    LINK.matcher(Files.readString(document)).results().toList()) {
                Path to = link.group(1).isEmpty() ? document : document.resolveSibling(link.group(1));
                assertTrue(
                        Files.exists(to)
                                && (link.group(2) == null || anchors(to).contains(link.group(2))),
                        () -> Program.home().relativize(document) + " links to " + link.group()
                                + ", which is not there");
            }
        }
    }

    /** What GitHub calls the headings of a document. */
    private static List<String> anchors(Path document) throws IOException {
        return HEADING.matcher(Files.readString(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void everyThresholdIsTold() throws IOException {
        String page = Files.readString(Program.home().resolve("docs/detection.md"));
        for (Setting setting : Detectors.settings()) {
            String row = "| `%s` | %s | %s |"
                    .formatted(
                            setting.name(),
                            BigDecimal.valueOf(setting.preset())
                                    .stripTrailingZeros()
                                    .toPlainString(),
                            setting.unit());
            assertTrue(page.contains(row), () -> "detection.md lacks " + row);
        }
    }

    static Stream<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        Pattern fence = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
        for (Path document : documents()) {
            String name = Program.home().relativize(document).toString();
            fence.matcher(Files.readString(document))
                    .results()
                    .map(found -> found.group(1))
                    .filter(shell -> !shell.equals(DEMO))
                    .map(shell -> new Block(name, shell))
                    .forEach(blocks::add);
        }
        return blocks.stream();
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(Program.home().resolve("docs"))) {
            return Stream.concat(Stream.of(Program.home().resolve("README.md")), docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }
}
