package observatory.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final long ROOMY = 1L << 30;

    @TempDir
    Path folder;

    @Test
    void givesBackInOrderWhatItWasGivenAndForgetsWhatIsAcknowledged() throws IOException {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(rows(0, 10));
            store.append(rows(10, 5));
            assertEquals(List.of(0L, 1L, 2L, 3L), ids(store.after(-1, 4)));
            assertEquals(List.of(12L, 13L, 14L), ids(store.after(11, 100)));
            assertArrayEquals(body(12), store.after(11, 1).rows().getFirst().body());
            assertFalse(store.empty());
            store.acknowledge(14);
            assertTrue(store.empty());
        }
        assertEquals(List.of(), files(), "what the broker has leaves no file");
    }

    @Test
    void whatWasNotAcknowledgedIsThereAfterARestart() {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(rows(0, 10));
            store.acknowledge(3);
        }
        try (Store store = new Store(folder, ROOMY)) {
            assertEquals(3, store.acknowledged());
            assertEquals(9, store.lastId());
            assertEquals(List.of(4L, 5L, 6L, 7L, 8L, 9L), ids(store.after(3, 100)));
            store.append(rows(10, 1));
            assertEquals(10, store.lastId());
        }
    }

    @Test
    void aDamagedRowIsCountedOnceAndItsNeighboursSurvive() throws Exception {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(rows(0, 10));
        }
        sql("UPDATE item SET body = x'00ff' WHERE id = 4");
        sql("UPDATE item SET crc = crc + 1 WHERE id = 9");
        try (Store store = new Store(folder, ROOMY)) {
            assertEquals(List.of(0L, 1L, 2L, 3L, 5L, 6L, 7L, 8L), ids(store.after(-1, 100)));
            assertEquals(List.of(), ids(store.after(8, 100)));
            assertEquals(9, store.after(8, 100).upTo(), "nothing is left to wait for");
            assertEquals(List.of(5L, 6L, 7L, 8L), ids(store.after(3, 100)));
            assertEquals(2, store.corruptRows());
        }
    }

    @Test
    void aFileThatIsNoDatabaseCostsOnlyItself() throws Exception {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(rows(0, 3));
        }
        Files.writeString(
                files().getFirst(), "not a database at all, but long enough to be mistaken for one".repeat(99));
        try (Store store = new Store(folder, ROOMY)) {
            assertEquals(List.of(), ids(store.after(-1, 10)));
            store.append(rows(3, 1));
            assertFalse(store.trouble().isEmpty());
            assertEquals(1, store.after(-1, 10).rows().size());
        }
    }

    @Test
    void aDiskThatFailsIsBridgedInMemory() throws IOException {
        Path blocked = Files.writeString(folder.resolve("file"), "").resolve("below");
        try (Store store = new Store(blocked, ROOMY)) {
            store.append(rows(0, 5));
            assertFalse(store.trouble().isEmpty());
            assertEquals(List.of(0L, 1L, 2L, 3L, 4L), ids(store.after(-1, 100)));
            store.acknowledge(4);
            assertTrue(store.empty());
        }
    }

    @Test
    void beyondItsLimitTheOldestIsGivenUpAndCounted() {
        byte[] large = new byte[1 << 20];
        try (Store store = new Store(folder, 40L << 20)) {
            for (int i = 0; i < 100; i++) {
                store.append(List.of(new Row(-1, true, large)));
            }
            List<Long> left = new ArrayList<>();
            for (Store.Found found = store.after(-1, 8);
                    !found.rows().isEmpty();
                    found = store.after(left.getLast(), 8)) {
                left.addAll(ids(found));
            }
            assertEquals(99, left.getLast(), "the newest is kept");
            assertEquals(100, left.size() + store.shedRows(), "to the unit");
            assertTrue(store.shedRows() > 30, "shed " + store.shedRows());
        }
    }

    private static List<Row> rows(int from, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            rows.add(new Row(-1, true, body(i)));
        }
        return rows;
    }

    private static byte[] body(int number) {
        return ("body " + number).getBytes();
    }

    private static List<Long> ids(Store.Found found) {
        return found.rows().stream().map(Row::id).toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private void sql(String statement) throws IOException, SQLException {
        Path file = files().stream()
                .filter(path -> path.toString().endsWith(Segment.SUFFIX))
                .findFirst()
                .orElseThrow();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            assertEquals(1, sql.executeUpdate(statement));
        }
    }
}
