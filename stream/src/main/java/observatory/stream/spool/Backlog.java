package observatory.stream.spool;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Rows that are not on disk yet, because they just came or because the disk fails; and when to try the disk again. */
final class Backlog {
    static final long LIMIT_BYTES = 32L << 20;
    private static final long WRITE_BYTES = 1L << 20;
    private static final long RETRY_NANOS = Duration.ofMillis(500).toNanos();

    private final LongSupplier nanoTime;
    private Deque<Row> rows = new ArrayDeque<>();
    private long bytes;
    private long retryAt;
    private boolean failing;
    private boolean failedBadly;

    Backlog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void add(List<Row> more) {
        more.forEach(rows::addLast);
        bytes += size(more);
    }

    /** What one transaction writes. */
    List<Row> first() {
        List<Row> some = new ArrayList<>();
        long taken = 0;
        for (Row row : rows) {
            if (taken >= WRITE_BYTES) {
                break;
            }
            some.add(row);
            taken += row.body().length;
        }
        return some;
    }

    /** So many of the first rows are on disk. */
    void kept(int count) {
        for (int i = 0; i < count; i++) {
            bytes -= rows.removeFirst().body().length;
        }
        failing = false;
        failedBadly = false;
    }

    /** The disk did not take them: try again later, and in a new file where this one is the matter. */
    void failed(Exception error) {
        failing = true;
        retryAt = nanoTime.getAsLong() + RETRY_NANOS;
        failedBadly = !(error instanceof SQLException sql) || !full(sql);
    }

    boolean due() {
        return !failing || nanoTime.getAsLong() >= retryAt;
    }

    void retryNow() {
        failing = false;
    }

    boolean failedBadly() {
        return failedBadly;
    }

    List<Row> after(long key, int limit, long limitBytes) {
        List<Row> found = new ArrayList<>();
        long taken = 0;
        for (Row row : rows) {
            if (found.size() == limit || taken >= limitBytes) {
                break;
            }
            if (row.key() > key) {
                found.add(row);
                taken += row.body().length;
            }
        }
        return found;
    }

    void forget(long upTo) {
        while (!rows.isEmpty() && rows.peekFirst().key() <= upTo) {
            bytes -= rows.removeFirst().body().length;
        }
    }

    /** Gives up a tier of what is not being read; the number of items that went. */
    long shed(Tier tier, long reading) {
        List<Row> read = rows.stream().filter(row -> row.key() <= reading).toList();
        List<Row> rest = rows.stream().filter(row -> row.key() > reading).toList();
        Shedding.Left left = Shedding.without(tier, rest);
        rows = new ArrayDeque<>(read);
        rows.addAll(left.rows());
        bytes = size(read) + size(left.rows());
        return left.itemsShed();
    }

    /** How many captured items there are. */
    long items() {
        return rows.stream().filter(Row::counts).count();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    private static long size(List<Row> rows) {
        return rows.stream().mapToLong(row -> row.body().length).sum();
    }

    private static boolean full(SQLException error) {
        return error instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
    }
}
