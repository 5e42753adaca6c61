package observatory.stream.spool;

import java.util.List;

/**
 * Where every captured item of a store is: held until it is delivered, shed, or found to be damaged. One
 * thread at a time.
 */
final class Ledger {
    private long delivered;
    private long held;
    private long shed;
    private long corrupt;
    private long corruptUpTo = -1;
    private long reading = -1;
    private long readingItems;

    /** Items by what became of them. */
    record Counts(long delivered, long held, long shed, long corrupt) {}

    /** What a store was opened with. */
    void found(Segments.Account account) {
        held = account.items();
        corrupt = account.corrupt();
    }

    void captured(List<Row> rows) {
        held += items(rows);
    }

    /** An item that could not even be encoded. */
    void unusable() {
        corrupt++;
    }

    /** Rows on their way to the broker. */
    void read(List<Row> rows) {
        reading = rows.getLast().key();
        readingItems = items(rows);
    }

    /** The key up to which rows are on their way. */
    long reading() {
        return reading;
    }

    /** The broker has what was last read, except what it refused for ever. */
    void acknowledged(long key, long refused) {
        if (key == reading) {
            delivered += readingItems - refused;
            shed += refused;
            held -= readingItems;
            readingItems = 0;
        }
    }

    /** A row that cannot be read back; counted once, however often it is tried. */
    void damaged(long key) {
        if (key > corruptUpTo) {
            corruptUpTo = key;
            if (Row.key(Row.item(key), 0) == key) {
                lost(1);
            }
        }
    }

    /** Held items that are gone. */
    void lost(long items) {
        corrupt += items;
        held -= items;
    }

    void shed(Shelf.Shed given) {
        shed += given.items();
        held -= given.items();
        lost(given.corrupt());
    }

    Counts counts() {
        return new Counts(delivered, held, shed, corrupt);
    }

    private static long items(List<Row> rows) {
        return rows.stream().filter(Row::counts).count();
    }
}
