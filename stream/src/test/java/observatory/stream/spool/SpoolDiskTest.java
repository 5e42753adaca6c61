package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full, read-only, or gone: SQLite's own errors, and a clock that the test moves. */
class SpoolDiskTest {
    private static final long ROOMY = 1L << 30;
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong();
    private final List<Connection> open = new ArrayList<>();
    private boolean noNewFiles;

    private Store store() {
        return new Store(folder, ROOMY, this::opened, now::get);
    }

    private Connection opened(Path file) throws SQLException {
        if (noNewFiles) {
            throw new SQLException("unable to open database file");
        }
        Connection connection = Disk.REAL.open(file);
        open.add(connection);
        return connection;
    }

    @Test
    void aFullDiskIsBridgedInMemoryAndFilledWhenThereIsRoomAgain() throws Exception {
        try (Store store = store()) {
            store.append(Rows.plain(0, 10));
            pragma("max_page_count=4"); // What SQLite itself says when the file system has no more pages.
            store.append(Rows.plain(10, 2000));
            assertTrue(store.trouble().contains("FULL"), store.trouble());
            assertEquals(2010, Rows.all(store).size(), "everything is still there to be sent");
            assertEquals(2000, store.unwritten(), "and would end with the process");
            pragma("max_page_count=1073741823");
            now.addAndGet(SECOND);
            store.append(Rows.plain(2010, 1));
            assertEquals("", store.trouble());
            assertEquals(0, store.unwritten());
            assertEquals(LongStream.range(0, 2011).boxed().toList(), Rows.items(Rows.all(store)));
        }
        try (Store after = store()) {
            assertEquals(2011, after.counts().held(), "and it is on disk");
        }
    }

    @Test
    void aReadOnlyFileIsLeftForANewOne() throws Exception {
        try (Store store = store()) {
            store.append(Rows.plain(0, 10));
            pragma("query_only=ON");
            store.append(Rows.plain(10, 10));
            assertFalse(store.trouble().isEmpty());
            assertEquals(20, Rows.all(store).size());
            now.addAndGet(SECOND);
            store.append(Rows.plain(20, 10));
            assertEquals("", store.trouble());
            assertEquals(LongStream.range(0, 30).boxed().toList(), Rows.items(Rows.drain(store)));
        }
    }

    @Test
    void memoryIsBoundedWhileTheDiskFails() {
        noNewFiles = true;
        try (Store store = store()) {
            for (int item = 0; item < 1800; item++) {
                store.append(List.of(Rows.wide(item, 400)));
            }
            assertTrue(store.bytes() <= Backlog.LIMIT_BYTES, "in memory: " + store.bytes());
            assertEquals(1800, store.counts().held() + store.counts().shed());
            noNewFiles = false;
            now.addAndGet(SECOND);
            store.append(List.of(Rows.wide(1800, 400)));
            assertEquals("", store.trouble());
        }
        try (Store after = store()) {
            assertTrue(after.counts().held() > 0);
        }
    }

    @Test
    void aDeletedFolderIsMadeAnewWithWhatWasInIt() throws Exception {
        try (Store store = store()) {
            store.append(Rows.plain(0, 10));
            delete();
            now.addAndGet(2 * SECOND);
            store.append(Rows.plain(10, 5));
            assertEquals(15, Rows.all(store).size());
            assertEquals(new Ledger.Counts(0, 15, 0, 0), store.counts());
        }
        try (Store after = store()) {
            assertEquals(LongStream.range(0, 15).boxed().toList(), Rows.items(Rows.all(after)));
        }
    }

    /** As by somebody who wants room: the others stay as they are, and memory holds no segment more than it must. */
    @Test
    void aDeletedSegmentIsMadeAnewAmongTheOthers() throws Exception {
        try (Store store = store()) {
            for (int item = 0; item < 1500; item += 50) {
                List<Row> rows = new ArrayList<>();
                for (int i = item; i < item + 50; i++) {
                    rows.add(Rows.wide(i, 1600));
                }
                store.append(rows);
            }
            List<Path> before = segments();
            assertTrue(before.size() >= 3, before::toString);
            Files.delete(before.getFirst());
            Files.delete(before.get(1));
            long kept = Files.getLastModifiedTime(before.get(2)).toMillis();
            now.addAndGet(2 * SECOND);
            store.append(List.of(Rows.wide(1500, 400)));
            assertEquals(before, segments());
            assertEquals(kept, Files.getLastModifiedTime(before.get(2)).toMillis(), "it was not touched");
            assertEquals("", store.trouble());
            assertEquals(1501, store.counts().held());
        }
        try (Store after = store()) {
            assertEquals(LongStream.range(0, 1501).boxed().toList(), Rows.items(Rows.all(after)));
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsReplacedByMemory() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "").resolve("below");
        try (Store store = new Store(blocked, ROOMY)) {
            store.append(Rows.plain(0, 5));
            assertFalse(store.trouble().isEmpty());
            assertEquals(5, Rows.drain(store).size());
            assertTrue(store.empty());
        }
    }

    /** The n-th operation on the disk fails once, for several n: nothing is thrown, nothing is lost. */
    @Test
    void anyOperationMayFail() throws IOException {
        for (int n : new int[] {1, 2, 3, 5, 8}) {
            AtomicLong operations = new AtomicLong();
            Disk disk = file -> {
                if (operations.incrementAndGet() == n) {
                    throw new SQLException("disk I/O error");
                }
                return Disk.REAL.open(file);
            };
            Path own = folder.resolve("n" + n);
            try (Store store = new Store(own, 17L << 20, disk, now::get)) {
                for (int item = 0; item < 700; item += 50) {
                    List<Row> rows = new ArrayList<>();
                    for (int i = item; i < item + 50; i++) {
                        rows.add(Rows.wide(i, 400));
                    }
                    store.append(rows);
                    now.addAndGet(SECOND);
                }
                Ledger.Counts counts = store.counts();
                assertEquals(700, counts.held() + counts.shed() + counts.corrupt(), "operation " + n);
                assertEquals(0, counts.corrupt(), "operation " + n);
            }
        }
    }

    /** As where a full disk leaves no room for the index of the log of a segment: what lies there is not this store's to clear. */
    @Test
    void whatCannotBeOpenedStaysWhereItIs() throws Exception {
        try (Store store = store()) {
            store.append(Rows.plain(0, 10));
            pragma("query_only=ON");
            store.append(Rows.plain(10, 10));
            now.addAndGet(SECOND);
            store.append(Rows.plain(20, 10)); // in a second segment
        }
        for (int fails = 1; fails <= 2; fails++) {
            AtomicLong opened = new AtomicLong();
            int at = fails;
            Disk disk = file -> {
                if (opened.incrementAndGet() == at) {
                    throw new SQLException("disk I/O error");
                }
                return Disk.REAL.open(file);
            };
            Store store = new Store(folder, ROOMY, disk, now::get);
            assertFalse(store.trouble().isEmpty());
            assertFalse(store.empty(), "nobody knows what is in it");
            store.close();
        }
        try (Store after = store()) {
            assertEquals(LongStream.range(0, 30).boxed().toList(), Rows.items(Rows.all(after)));
        }
    }

    private void pragma(String what) throws SQLException {
        for (Connection connection : open) {
            connection.createStatement().execute("PRAGMA " + what);
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(SegmentFile::is).sorted().toList();
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
