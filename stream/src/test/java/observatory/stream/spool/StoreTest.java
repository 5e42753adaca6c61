package observatory.stream.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
    private static final long ROOMY = 1L << 30;
    private static final long SEED = 20261126;

    @TempDir
    Path folder;

    @Test
    void givesBackInOrderWhatItWasGivenAndForgetsWhatIsAcknowledged() throws IOException {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(Rows.plain(0, 10));
            store.append(Rows.plain(10, 5));
            assertEquals(
                    List.of(0L, 1L, 2L, 3L),
                    Rows.items(store.after(-1, 4, ROOMY).rows()));
            Store.Found found = store.after(Row.key(11, 0), 100, ROOMY);
            assertEquals(List.of(12L, 13L, 14L), Rows.items(found.rows()));
            assertArrayEquals(
                    Rows.plain(12, 1).getFirst().body(), found.rows().getFirst().body());
            assertEquals(1, store.after(-1, 100, 1).rows().size(), "no more once there are bytes enough");
            assertFalse(store.empty());
            assertEquals(new Ledger.Counts(0, 15, 0, 0), store.counts());
            assertEquals(15, Rows.drain(store).size());
            assertTrue(store.empty());
            assertEquals(new Ledger.Counts(15, 0, 0, 0), store.counts());
        }
        assertEquals(List.of(), files(), "what the broker has leaves no file");
    }

    @Test
    void whatWasNotAcknowledgedIsThereAfterARestart() {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(Rows.plain(0, 10));
            Store.Found found = store.after(-1, 4, ROOMY);
            store.acknowledge(found.upTo(), 0);
        }
        try (Store store = new Store(folder, ROOMY)) {
            assertEquals(new Ledger.Counts(0, 6, 0, 0), store.counts());
            assertEquals(List.of(4L, 5L, 6L, 7L, 8L, 9L), Rows.items(Rows.all(store)));
            store.append(Rows.plain(10, 1));
            assertEquals(List.of(4L, 5L, 6L, 7L, 8L, 9L, 10L), Rows.items(Rows.drain(store)));
        }
    }

    /** A process is killed behind the commit of its last rows, and before the word of it. */
    @Test
    void whatWasCommittedAndNotYetMarkedIsThereToo() throws IOException {
        try (Store store = new Store(folder, ROOMY)) {
            store.append(Rows.plain(0, 10));
        }
        Tail tail = new Tail(folder);
        tail.mark(Row.key(6, 0), Row.key(1, 0));
        tail.close();
        try (Store store = new Store(folder, ROOMY)) {
            assertEquals(new Ledger.Counts(0, 8, 0, 0), store.counts());
            assertEquals(LongStream.range(2, 10).boxed().toList(), Rows.items(Rows.drain(store)));
        }
    }

    /** Random writes, reads, acknowledgements and restarts against a plain list. */
    @Test
    void behavesAsAListDoes() {
        compareWithAList(15);
    }

    @Test
    @Tag("soak")
    void behavesAsAListDoesTwoThousandTimes() {
        compareWithAList(2000);
    }

    private void compareWithAList(int sequences) {
        for (int sequence = 0; sequence < sequences; sequence++) {
            Random random = new Random(SEED + sequence);
            Path own = folder.resolve("model" + sequence);
            List<Long> model = new ArrayList<>();
            int next = 0;
            Store store = new Store(own, ROOMY);
            for (int operation = 0; operation < 64; operation++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        int count = 1 + random.nextInt(20);
                        store.append(Rows.plain(next, count));
                        LongStream.range(next, next + count).forEach(model::add);
                        next += count;
                    }
                    case 2 -> {
                        Store.Found found = store.after(store.acknowledged(), 1 + random.nextInt(10), ROOMY);
                        assertEquals(model.subList(0, found.rows().size()), Rows.items(found.rows()));
                        store.acknowledge(found.upTo(), 0);
                        model.subList(0, found.rows().size()).clear();
                    }
                    case 3 -> assertEquals(model, Rows.items(Rows.all(store)), "seed " + (SEED + sequence));
                    default -> {
                        store.close();
                        store = new Store(own, ROOMY);
                        if (model.isEmpty()) {
                            next = 0; // Nothing was left, so numbers begin anew.
                        }
                    }
                }
                assertEquals(model.size(), store.counts().held(), "seed " + (SEED + sequence));
                assertEquals(0, store.counts().corrupt());
            }
            store.close();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
