package observatory.analysis.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import observatory.probe.Scalars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logs that were made to do harm are refused with the place and the reason, or read as far as they make sense. */
@Timeout(60)
class HostileLogTest {
    private static final String LINE = "s:%d trl:3.5 lr:0.1 norm:1.0%n";

    @TempDir
    Path folder;

    @Test
    void aPackedLogIsReadAndABombIsNot() throws IOException {
        Path log = folder.resolve("a.log.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(log))) {
            out.write(LINE.formatted(1).getBytes(UTF_8));
        }
        assertEquals(1, Read.of(log).frames().size());
        Path bomb = folder.resolve("bomb.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            byte[] lines = LINE.formatted(1).repeat(4096).getBytes(UTF_8);
            for (int i = 0; i < 500; i++) {
                out.write(lines); // 59 MB of one line pack to a thousandth
            }
        }
        refused(bomb, "unpack to more than");
    }

    @Test
    void archivesAreNamed() throws IOException {
        Path zip = folder.resolve("a.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("../../outside.log"));
            out.write(LINE.formatted(1).getBytes(UTF_8));
        }
        refused(zip, "zip archive");
        refused(write("a.zst", new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, 0, 0}), "packed by zstd");
        refused(write("a.xz", new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 0}), "packed by xz");
        assertEquals(
                1,
                Read.of(write("BZ", LINE.formatted(1).getBytes(UTF_8))).frames().size(),
                "names tell nothing");
    }

    @Test
    void whatIsNoFileIsRefused() {
        refused(Path.of("/dev/null"), "a device or a pipe");
    }

    @Test
    void jsonThatIsNestedWithoutEndIsPassedOver() throws IOException {
        String deep = "{\"a\":".repeat(100_000);
        Path log = write(
                "a.jsonl",
                ("{\"step\": 1, \"loss\": 3.5}\n" + deep + "\n{\"step\": 2, \"loss\": 3.4}\n").getBytes(UTF_8));
        Read read = Read.of(log);
        assertEquals(2, read.frames().size());
        assertEquals(1, read.reading().skipped());
    }

    @Test
    void aLineOfFiftyMegabytesIsCutOff() throws IOException {
        byte[] endless = new byte[50 << 20];
        Arrays.fill(endless, (byte) '7');
        Path log = folder.resolve("a.log");
        try (OutputStream out = Files.newOutputStream(log)) {
            out.write(LINE.formatted(1).getBytes(UTF_8));
            out.write(endless);
            out.write(("\n" + LINE.formatted(2)).getBytes(UTF_8));
        }
        assertEquals(2, Read.of(log).frames().size());
    }

    @Test
    void aMillionDifferentNamesDoNotFillTheMemory() throws IOException {
        StringBuilder log = new StringBuilder("{\"step\": 0, \"loss\": 3.5}\n");
        for (int i = 1; i <= 2_000; i++) {
            log.append("{\"step\": ").append(i).append(", \"loss\": 3.5");
            for (int k = 0; k < 50; k++) {
                log.append(", \"x").append(i).append('_').append(k).append("\": 1");
            }
            log.append("}\n");
        }
        Read read = Read.of(write("a.jsonl", log.toString().getBytes(UTF_8)));
        assertEquals(2_001, read.series(Scalars.LOSS).length, "the loss of every step");
        long names = read.frames().stream()
                .flatMap(frame -> frame.scalars().names().stream())
                .distinct()
                .count();
        assertTrue(names <= 10_000, "names " + names);
        assertTrue(read.reading().remarks().toString().contains("too many different series"));
    }

    @Test
    void bytesThatAreNoTextDoNotHideTheLinesAround() throws IOException {
        byte[] invalid = {(byte) 0xC3, (byte) 0x28, (byte) 0xFF, (byte) 0xFE, '\n'};
        byte[] log = EventFile.message(
                LINE.formatted(1).getBytes(UTF_8), invalid, LINE.formatted(2).getBytes(UTF_8));
        assertEquals(2, Read.of(write("a.log", log)).frames().size());
    }

    @Test
    void stepsThatAreNoStepsAreLeftOut() throws IOException {
        Path log = write("a.jsonl", """
                {"step": -5, "loss": 3.5}
                {"step": 1e300, "loss": 3.5}
                {"step": "NaN", "loss": 3.5}
                {"step": 7, "loss": 1e999}
                """.getBytes(UTF_8));
        Read read = Read.of(log);
        assertEquals(List.of(7L), Arrays.stream(read.steps()).boxed().toList());
        assertEquals(Double.POSITIVE_INFINITY, read.series(Scalars.LOSS)[0]);
    }

    @Test
    void aTableWithTooManyColumnsIsReadAsFarAsItGoes() throws IOException {
        StringBuilder header = new StringBuilder("step,loss");
        StringBuilder row = new StringBuilder("1,3.5");
        for (int i = 0; i < 30_000; i++) {
            header.append(",c").append(i);
            row.append(",1");
        }
        Read read = Read.of(write("a.csv", (header + "\n" + row + "\n").getBytes(UTF_8)));
        assertEquals(3.5, read.series(Scalars.LOSS)[0]);
        assertTrue(read.frames().getFirst().scalars().names().size() <= 10_000);
    }

    @Test
    void aFolderThatContainsItselfEnds() throws IOException {
        Files.write(folder.resolve("a.log"), LINE.formatted(1).getBytes(UTF_8));
        Files.createSymbolicLink(folder.resolve("again"), folder);
        assertEquals(1, Read.of(folder).frames().size());
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private static void refused(Path log, String reason) {
        LogException refused = assertThrows(LogException.class, () -> Read.of(log));
        assertTrue(refused.getMessage().contains(reason), refused::getMessage);
        assertTrue(refused.getMessage().contains("byte"), "with the place");
        assertEquals(Optional.of(log), Optional.of(refused.file()));
    }
}
