package observatory.analysis.alert;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that alerting must not forget, in one SQLite database: where each alert stands, how far the topics have been
 * read, what each receiver was told, and what it has still to be told. What one round changed is committed at once, so
 * a process that is killed goes on where it was, and tells again at most the message it was sending.
 */
public final class AlertStore implements AutoCloseable {
    /** Beyond this many the oldest message is given up and counted. */
    private static final int MOST_WAITING = 10_000;

    private static final int REASONS_KEPT = 100;

    private final Database database;
    private final int mostWaiting;

    public AlertStore(Path file) throws SQLException {
        this(file, MOST_WAITING);
    }

    AlertStore(Path file, int mostWaiting) throws SQLException {
        this.mostWaiting = mostWaiting;
        this.database = new Database(file);
        database.run("CREATE TABLE IF NOT EXISTS alert (fingerprint TEXT PRIMARY KEY, body BLOB NOT NULL)");
        database.run("CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, step INTEGER NOT NULL)");
        database.run("CREATE TABLE IF NOT EXISTS position (place TEXT PRIMARY KEY, offset INTEGER NOT NULL)");
        database.run("CREATE TABLE IF NOT EXISTS told (receiver TEXT PRIMARY KEY, body BLOB NOT NULL)");
        database.run("CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, receiver TEXT NOT NULL,"
                + " body BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '')");
        database.run("CREATE TABLE IF NOT EXISTS untold (receiver TEXT NOT NULL, reason TEXT NOT NULL,"
                + " messages INTEGER NOT NULL, last TEXT NOT NULL, PRIMARY KEY (receiver, reason))");
        database.run("CREATE TABLE IF NOT EXISTS silence (id TEXT PRIMARY KEY, body BLOB NOT NULL)");
    }

    /** What one round changed. */
    public record Round(
            AlertBook book,
            Map<String, Long> positions,
            Map<String, SortedMap<String, Group>> told,
            Map<String, List<Notification>> messages,
            Instant now) {}

    public void commit(Round round) throws SQLException {
        database.together(() -> {
            for (String changed : round.book.changed()) {
                keep(round.book, changed);
            }
            for (Map.Entry<String, Long> one : round.positions.entrySet()) {
                database.run("INSERT OR REPLACE INTO position VALUES (?, ?)", one.getKey(), one.getValue());
            }
            for (Map.Entry<String, SortedMap<String, Group>> one : round.told.entrySet()) {
                keepTold(one.getKey(), one.getValue());
            }
            for (Map.Entry<String, List<Notification>> one : round.messages.entrySet()) {
                for (Notification message : one.getValue()) {
                    database.run(
                            "INSERT INTO outbox (receiver, body) VALUES (?, ?)",
                            one.getKey(),
                            AlertJson.stored(message));
                    shed(one.getKey(), round.now);
                }
            }
        });
        round.book.stored();
    }

    private void keep(AlertBook book, String changed) throws SQLException {
        if (changed.startsWith("run ")) {
            String run = changed.substring("run ".length());
            database.run(
                    "INSERT OR REPLACE INTO run VALUES (?, ?)",
                    run,
                    book.steps().get(run));
            return;
        }
        Optional<Tracked> one = book.find(changed);
        if (one.isPresent()) {
            database.run("INSERT OR REPLACE INTO alert VALUES (?, ?)", changed, Stored.tracked(one.get()));
        } else {
            database.run("DELETE FROM alert WHERE fingerprint = ?", changed);
        }
    }

    private void shed(String receiver, Instant now) throws SQLException {
        long waiting = waiting(receiver);
        if (waiting > mostWaiting) {
            database.run("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE receiver = ?)", receiver);
            refuse(receiver, "given up, more than " + mostWaiting + " wait", now);
        }
    }

    public AlertBook book(Policy policy) throws SQLException {
        List<Tracked> alerts =
                database.read("SELECT body FROM alert", row -> Stored.tracked(AlertJson.tree(row.getBytes(1))));
        Map<String, Long> steps = new HashMap<>();
        database.read("SELECT name, step FROM run", row -> steps.put(row.getString(1), row.getLong(2)));
        return new AlertBook(policy, alerts, steps);
    }

    /** Offsets of the next records to read, by topic and partition. */
    public Map<String, Long> positions() throws SQLException {
        Map<String, Long> positions = new HashMap<>();
        database.read("SELECT place, offset FROM position", row -> positions.put(row.getString(1), row.getLong(2)));
        return positions;
    }

    SortedMap<String, Group> told(String receiver) throws SQLException {
        return database
                .read("SELECT body FROM told WHERE receiver = ?", row -> Stored.groups(row.getBytes(1)), receiver)
                .stream()
                .findFirst()
                .orElseGet(TreeMap::new);
    }

    /** Keeps what a receiver was told that is no message. */
    void keepTold(String receiver, SortedMap<String, Group> groups) throws SQLException {
        database.run("INSERT OR REPLACE INTO told VALUES (?, ?)", receiver, Stored.groups(groups));
    }

    /** A message that waits. */
    record Waiting(long id, Notification message, int attempts) {}

    /** The oldest message for a receiver. */
    Optional<Waiting> next(String receiver) throws SQLException {
        return database
                .read(
                        "SELECT id, body, attempts FROM outbox WHERE receiver = ? ORDER BY id LIMIT 1",
                        row -> new Waiting(row.getLong(1), AlertJson.notification(row.getBytes(2)), row.getInt(3)),
                        receiver)
                .stream()
                .findFirst();
    }

    void delivered(long id) throws SQLException {
        database.run("DELETE FROM outbox WHERE id = ?", id);
    }

    void failed(long id, String reason) throws SQLException {
        database.run("UPDATE outbox SET attempts = attempts + 1, reason = ? WHERE id = ?", reason, id);
    }

    void refused(long id, String receiver, String reason, Instant when) throws SQLException {
        database.together(() -> {
            database.run("DELETE FROM outbox WHERE id = ?", id);
            refuse(receiver, reason, when);
        });
    }

    private void refuse(String receiver, String reason, Instant when) throws SQLException {
        database.run(
                "INSERT INTO untold VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET messages = messages + 1,"
                        + " last = excluded.last",
                receiver,
                reason,
                when.truncatedTo(ChronoUnit.SECONDS).toString());
        database.run(
                "DELETE FROM untold WHERE rowid IN (SELECT rowid FROM untold ORDER BY last DESC LIMIT -1 OFFSET ?)",
                REASONS_KEPT);
    }

    /** How many messages wait for a receiver. */
    public long waiting(String receiver) throws SQLException {
        return database.read("SELECT count(*) FROM outbox WHERE receiver = ?", row -> row.getLong(1), receiver)
                .getFirst();
    }

    /** What became of messages that were not told, newest last, and what stands in the way of those that wait. */
    public List<String> troubles() throws SQLException {
        List<String> troubles = new ArrayList<>(database.read(
                "SELECT receiver, reason, messages, last FROM untold ORDER BY last",
                row -> row.getString(1) + ": " + row.getString(2) + ", "
                        + (row.getLong(3) == 1 ? "one message" : row.getLong(3) + " messages, the last") + " at "
                        + row.getString(4)));
        troubles.addAll(database.read(
                "SELECT receiver, reason, attempts FROM outbox WHERE attempts > 0 ORDER BY id LIMIT 20",
                row -> row.getString(1) + ": waits after " + row.getInt(3) + " attempts, " + row.getString(2)));
        return troubles;
    }

    public void silence(Silence silence) throws SQLException {
        database.run("INSERT OR REPLACE INTO silence VALUES (?, ?)", silence.id(), Stored.silence(silence));
    }

    /** Ends a silence; false where none of this id lasts. */
    public boolean unsilence(String id, Instant now) throws SQLException {
        boolean known = silences(now).stream().anyMatch(one -> one.id().equals(id));
        database.run("DELETE FROM silence WHERE id = ?", id);
        return known;
    }

    /** Those that last; what is over is forgotten. */
    public List<Silence> silences(Instant now) throws SQLException {
        List<Silence> lasting = new ArrayList<>();
        for (Silence one : database.read(
                "SELECT id, body FROM silence ORDER BY id", row -> Stored.silence(row.getString(1), row.getBytes(2)))) {
            if (now.isBefore(one.until())) {
                lasting.add(one);
            } else {
                database.run("DELETE FROM silence WHERE id = ?", one.id());
            }
        }
        return lasting;
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
