package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the documents tell a reader to type works, and what they point to is there. */
class ReadmeIT {
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)[^)]*\\)");

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
            for (String link : LINK.matcher(Files.readString(document))
                    .results()
                    .map(found -> found.group(1))
                    .toList()) {
                assertTrue(
                        Files.exists(document.resolveSibling(link)),
                        () -> Program.home().relativize(document) + " links to " + link + ", which is not there");
            }
        }
    }

    static Stream<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        Pattern fence = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
        for (Path document : documents()) {
            String name = Program.home().relativize(document).toString();
            fence.matcher(Files.readString(document))
                    .results()
                    .map((MatchResult found) -> new Block(name, found.group(1)))
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
