package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of damages a write-ahead log must survive, in each of three segments; and bits that flip anywhere. */
class SpoolCorruptionTest {
    private static final long ROOMY = 1L << 30;
    private static final int SEGMENT_ITEMS = 800;
    private static final int ITEMS = 3 * SEGMENT_ITEMS;

    @TempDir
    Path folder;

    enum Damage {
        TORN_LAST_RECORD,
        BAD_HEADER,
        BAD_PAGE_FLAG,
        BAD_CHECKSUM,
        BAD_LENGTH,
        BAD_CONTENT,
        /** A row that stands in the place of its successor. */
        BAD_KEY,
        BAD_LOG
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void everyDamageIsContainedAndCounted(int segment) throws Exception {
        for (Damage damage : Damage.values()) {
            Path own = spooled("s" + segment + damage);
            Path file = segments(own).get(segment);
            apply(damage, file);
            check(own, segment, damage.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void damageUnderALiveStoreIsContainedToo(Damage damage) throws Exception {
        Path own = spooled("live" + damage);
        try (Store store = new Store(own, ROOMY)) {
            apply(damage, segments(own).get(1));
            List<Row> rows = Rows.all(store);
            Ledger.Counts counts = store.counts();
            assertEquals(ITEMS, counts.held() + counts.corrupt(), damage + " " + counts);
            assertTrue(Rows.items(rows).containsAll(neighbours(1)), damage + " hurt a neighbour");
        }
    }

    /** Who reads a spool beside its writer knows no last number, and the largest that stands there may be any. */
    @Test
    @Timeout(30)
    void aKeyThatIsFarTooLargeIsNoNumberToCountTo() throws Exception {
        Path own = spooled("far");
        Path file = segments(own).getFirst();
        sql(file, "UPDATE item SET key = key | (1 << 60) WHERE key = (SELECT max(key) FROM item)");
        overwrite(file, 3 * 4096 + 8, "\u007f\u007f\u007f\u007f\u007f\u007f");
        List<Row> rows = Salvage.rows(file, -1, false, Disk.REAL);
        assertTrue(rows.size() > SEGMENT_ITEMS / 2, () -> rows.size() + " came back");
    }

    @Test
    void aBitThatFlipsAnywhereIsContained() throws Exception {
        flipBits(200);
    }

    @Test
    @Tag("soak")
    void tenThousandBitsThatFlipAnywhereAreContained() throws Exception {
        flipBits(10_000);
    }

    private void flipBits(int rounds) throws Exception {
        Path sound = spooled("sound");
        long seed = 20261127;
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            Path own = copy(sound, folder.resolve("flip"));
            int segment = random.nextInt(3);
            Path file = segments(own).get(segment);
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                long at = random.nextLong(bytes.length());
                bytes.seek(at);
                int old = bytes.read();
                bytes.seek(at);
                bytes.write(old ^ 1 << random.nextInt(8));
            }
            check(own, segment, "seed " + seed + ", round " + round);
            delete(own);
        }
    }

    /** Nothing thrown; neighbours whole; what is gone is counted to the unit; what comes back is what went in. */
    private static void check(Path own, int segment, String what) throws CodecException {
        try (Store store = new Store(own, ROOMY)) {
            List<Row> rows = Rows.all(store);
            Set<Long> items = new TreeSet<>(Rows.items(rows));
            assertEquals(rows.size(), items.size(), what + ": none twice");
            assertTrue(items.containsAll(neighbours(segment)), what + ": more than one segment was lost");
            Ledger.Counts counts = store.counts();
            assertEquals(ITEMS, items.size() + counts.corrupt(), what + ": " + counts);
            assertEquals(items.size(), counts.held(), what + ": " + counts);
            for (Row row : rows) {
                assertEquals(Row.item(row.key()), Codec.decode(row.body()).seq(), what);
            }
        }
    }

    private static List<Long> neighbours(int segment) {
        List<Long> items = new ArrayList<>();
        for (long item = 0; item < ITEMS; item++) {
            if (item / SEGMENT_ITEMS != segment) {
                items.add(item);
            }
        }
        return items;
    }

    private static void apply(Damage damage, Path file) throws Exception {
        long length = Files.size(file);
        switch (damage) {
            case TORN_LAST_RECORD -> truncate(file, length - 3000);
            case BAD_HEADER -> overwrite(file, 0, "no database at all");
            case BAD_PAGE_FLAG -> overwrite(file, length / 2 / 4096 * 4096, "\u0001\u0002\u0003");
            case BAD_CHECKSUM -> sql(file, "UPDATE item SET crc = crc + 1 WHERE key % 512 = 0");
            case BAD_LENGTH -> overwrite(file, 3 * 4096 + 8, "\u007f\u007f\u007f\u007f\u007f\u007f");
            case BAD_CONTENT -> sql(file, "UPDATE item SET body = x'00ff' WHERE key % 1024 = 256");
            case BAD_KEY -> sql(file, "UPDATE OR REPLACE item SET key = key + 256 WHERE key % 1024 = 256");
            case BAD_LOG -> {
                Files.writeString(file.resolveSibling(file.getFileName() + "-wal"), "garbage".repeat(2000));
                Files.writeString(file.resolveSibling(file.getFileName() + "-shm"), "garbage".repeat(2000));
            }
        }
    }

    /** Three segments, each closed and whole. */
    private Path spooled(String name) throws Exception {
        Path own = folder.resolve(name);
        Files.createDirectories(own);
        for (int segment = 0; segment < 3; segment++) {
            int first = segment * SEGMENT_ITEMS;
            try (Segment one = new Segment(SegmentFile.of(own, first), first, Disk.REAL)) {
                one.append(Rows.plain(first, SEGMENT_ITEMS));
            }
        }
        try (Tail tail = new Tail(own)) {
            tail.mark(Row.key(ITEMS - 1, 0), -1);
        }
        return own;
    }

    private static List<Path> segments(Path own) throws IOException {
        try (Stream<Path> files = Files.list(own)) {
            return files.filter(SegmentFile::is).sorted().toList();
        }
    }

    private static void truncate(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private static void overwrite(Path file, long at, String bytes) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            open.write(bytes.getBytes());
        }
    }

    private static void sql(Path file, String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            assertTrue(sql.executeUpdate(statement) > 0);
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }

    private static void delete(Path own) throws IOException {
        try (Stream<Path> files = Files.list(own)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
