package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a spool in which something is wrong. */
class SpoolSourceTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameTheSegment() {
        file = SegmentFile.of(folder, 0);
    }

    @Test
    void aDamagedPageCostsTheRowsOnIt() throws Exception {
        int items = 400;
        write(items);
        try (RandomAccessFile segment = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] noise = new byte[PAGE];
            Arrays.fill(noise, (byte) 0xFF);
            segment.seek(segment.length() / 2 / PAGE * PAGE);
            segment.write(noise);
        }
        try (FrameReader reader = FrameReader.spool(folder)) {
            List<Long> read = numbers(reader);
            assertTrue(read.size() > items * 8 / 10 && read.size() < items, () -> read.size() + " are left");
            assertEquals(items - 1, read.getLast(), "behind the damage too");
            assertEquals(items, read.size() + reader.damaged());
            assertEquals("", reader.trouble());
        }
    }

    @Test
    void aRowOfAnotherChecksumIsCountedAndADocumentOfAnotherKindHandedOver() throws Exception {
        write(5);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement change = connection.createStatement()) {
            change.execute("UPDATE item SET crc = 5 WHERE key = " + Row.key(2, 0));
        }
        byte[] strange = "strange".getBytes(StandardCharsets.UTF_8);
        try (Segment segment = new Segment(file, 0, Disk.REAL)) {
            segment.append(List.of(Row.of(5, Row.Kind.FRAME, strange)));
        }
        List<String> aside = new ArrayList<>();
        try (FrameReader reader = FrameReader.spool(
                folder,
                10,
                (body, why) -> aside.add(new String(body, StandardCharsets.UTF_8) + " "
                        + why.reason().label()))) {
            assertEquals(List.of(0L, 1L, 3L, 4L), numbers(reader));
            assertEquals(1, reader.damaged());
            assertEquals(List.of("strange malformed"), aside);
        }
    }

    /** A live reader waits for what comes late; in a spool nothing does, and its writer may be gone at once. */
    @Test
    void whatComesBehindAGapDoesNotWait() throws Exception {
        write(3);
        try (FrameReader reader = FrameReader.spool(folder)) {
            assertEquals(List.of(0L, 1L, 2L), numbers(reader));
            try (Segment segment = new Segment(file, 0, Disk.REAL)) {
                segment.append(Rows.plain(7, 2));
            }
            assertEquals(List.of(7L, 8L), numbers(reader));
            assertEquals(4, reader.missing());
        }
    }

    @Test
    void whatCannotBeReadForAnotherReasonIsNoEnd() throws Exception {
        write(3);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement change = connection.createStatement()) {
            change.execute("ALTER TABLE item RENAME TO items");
        }
        Files.createFile(SegmentFile.of(folder, 3)); // one that was just made
        try (FrameReader reader = FrameReader.spool(folder)) {
            assertEquals(List.of(), numbers(reader));
            assertTrue(reader.trouble().contains(file + ": "), reader::trouble);
            assertTrue(reader.trouble().contains("no such table: item"), reader::trouble);
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement change = connection.createStatement()) {
                change.execute("ALTER TABLE items RENAME TO item");
            }
            assertEquals(List.of(0L, 1L, 2L), numbers(reader));
            assertEquals("", reader.trouble());
        }
    }

    private void write(int items) throws SQLException, IOException {
        try (Segment segment = new Segment(file, 0, Disk.REAL)) {
            segment.append(Rows.plain(0, items));
        }
    }

    private static List<Long> numbers(FrameReader reader) {
        return IntStream.range(0, 10)
                .mapToObj(_ -> reader.poll())
                .flatMap(List::stream)
                .map(Telemetry::seq)
                .toList();
    }
}
