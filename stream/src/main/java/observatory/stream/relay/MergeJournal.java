package observatory.stream.relay;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Predicate;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;

/**
 * What a relay that merges must still know when it begins again: how each rank introduced itself, which frames it
 * merged with which, and what the broker has. Written before a frame is handed on, so that whatever is read a second
 * time is merged as it was the first time. A database in WAL mode; where the disk fails that is said in
 * {@link #trouble}, and the relay goes on without. Belongs to one thread.
 */
final class MergeJournal implements AutoCloseable {
    static final String FILE = "merged.journal";

    private final Connection connection;
    private final List<RunEvent> starts = new ArrayList<>();
    /** What an earlier process merged, by origin and number, and of how many frames each group is. */
    private final Map<String, Map<Long, Long>> groups = new HashMap<>();

    private final Map<Long, Integer> sizes = new HashMap<>();
    private final Map<String, Long> delivered = new HashMap<>();
    private final List<RunEvent> newStarts = new ArrayList<>();
    private final List<List<Frame>> newGroups = new ArrayList<>();
    private long nextGroup;
    private String trouble = "";

    private MergeJournal(Connection connection) {
        this.connection = connection;
    }

    /**
     * @param present whether there is still a spool of a writer; what is known of others is forgotten
     * @throws IOException where the file cannot be opened, or is no journal
     */
    static MergeJournal open(Path file, Predicate<UUID> present) throws IOException {
        try {
            return open("jdbc:sqlite:" + file, present);
        } catch (SQLException | CodecException e) {
            throw new IOException(
                    "the relay cannot read what it merged before, in " + file + " (" + e.getMessage()
                            + "); delete that file to go on without",
                    e);
        }
    }

    /** Of a relay that merges nothing, or will not begin again. */
    static MergeJournal inMemory() {
        try {
            return open("jdbc:sqlite::memory:", writer -> true);
        } catch (SQLException | CodecException e) {
            throw new IllegalStateException("a database in memory needs no disk", e);
        }
    }

    private static MergeJournal open(String url, Predicate<UUID> present) throws SQLException, CodecException {
        Connection connection = DriverManager.getConnection(url);
        try (Statement setup = connection.createStatement()) {
            setup.execute("PRAGMA journal_mode=WAL");
            setup.execute("PRAGMA synchronous=NORMAL"); // as the spool
            setup.execute("CREATE TABLE IF NOT EXISTS start (origin TEXT PRIMARY KEY, body BLOB NOT NULL)");
            setup.execute("CREATE TABLE IF NOT EXISTS merged (origin TEXT NOT NULL, seq INTEGER NOT NULL,"
                    + " step INTEGER NOT NULL, PRIMARY KEY (origin, seq)) WITHOUT ROWID");
            setup.execute("CREATE TABLE IF NOT EXISTS delivered (origin TEXT PRIMARY KEY, seq INTEGER NOT NULL)");
            connection.setAutoCommit(false);
            MergeJournal journal = new MergeJournal(connection);
            journal.load(present);
            connection.commit();
            return journal;
        } catch (SQLException | CodecException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void load(Predicate<UUID> present) throws SQLException, CodecException {
        try (Statement read = connection.createStatement()) {
            List<String> gone = new ArrayList<>();
            try (ResultSet rows = read.executeQuery(
                    "SELECT origin FROM start UNION SELECT origin FROM merged UNION SELECT origin FROM delivered")) {
                while (rows.next()) {
                    String origin = rows.getString(1);
                    if (!present.test(UUID.fromString(origin.substring(0, origin.indexOf(' '))))) {
                        gone.add(origin);
                    }
                }
            }
            for (String table : List.of("start", "merged", "delivered")) {
                for (String origin : gone) {
                    update("DELETE FROM " + table + " WHERE origin = ?", origin);
                }
            }
            try (ResultSet rows = read.executeQuery("SELECT body FROM start ORDER BY origin")) {
                while (rows.next()) {
                    starts.add((RunEvent) Codec.decode(rows.getBytes(1)));
                }
            }
            try (ResultSet rows = read.executeQuery("SELECT origin, seq, step FROM merged")) {
                while (rows.next()) {
                    long group = rows.getLong(3);
                    groups.computeIfAbsent(rows.getString(1), any -> new HashMap<>())
                            .put(rows.getLong(2), group);
                    sizes.merge(group, 1, Integer::sum);
                    nextGroup = Math.max(nextGroup, group + 1);
                }
            }
            try (ResultSet rows = read.executeQuery("SELECT origin, seq FROM delivered")) {
                while (rows.next()) {
                    delivered.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
    }

    /** How the ranks of an incarnation introduced themselves to an earlier process. */
    List<RunEvent> starts(RunId run, int incarnation) {
        return starts.stream()
                .filter(start ->
                        start.origin().run().equals(run) && start.origin().incarnation() == incarnation)
                .toList();
    }

    /** Whether an earlier process saw an item arrive at the broker. */
    boolean delivered(Telemetry item) {
        return item.seq() <= delivered.getOrDefault(name(item.origin()), -1L);
    }

    /** The group in which an earlier process handed a frame on, numbered in that order; empty where it did not. */
    OptionalLong group(Frame frame) {
        Long group = groups.getOrDefault(name(frame.origin()), Map.of()).get(frame.seq());
        return group == null ? OptionalLong.empty() : OptionalLong.of(group);
    }

    /** How many frames are in a group. */
    int size(long group) {
        return sizes.get(group);
    }

    /** Notes how a rank introduced itself. */
    void started(RunEvent start) {
        newStarts.add(start);
    }

    /** Notes what was merged, also of one frame that was left alone. */
    void merged(List<Frame> frames) {
        newGroups.add(List.copyOf(frames));
    }

    /** Writes down what was noted: to be done before it is handed on. */
    void commit() {
        if (newStarts.isEmpty() && newGroups.isEmpty()) {
            return;
        }
        transaction(() -> {
            for (RunEvent start : newStarts) {
                update("INSERT OR REPLACE INTO start VALUES (?, ?)", name(start.origin()), Codec.smile(start));
            }
            for (List<Frame> group : newGroups) {
                for (Frame frame : group) {
                    update(
                            "INSERT OR REPLACE INTO merged VALUES (?, ?, ?)",
                            name(frame.origin()),
                            frame.seq(),
                            nextGroup);
                }
                nextGroup++;
            }
        });
        newStarts.clear();
        newGroups.clear();
    }

    /**
     * The broker has everything of these origins up to these numbers: how that was merged need not be known any more.
     */
    void delivered(Map<Origin, Long> upTo) {
        transaction(() -> {
            for (Map.Entry<Origin, Long> one : upTo.entrySet()) {
                String origin = name(one.getKey());
                update("INSERT OR REPLACE INTO delivered VALUES (?, ?)", origin, one.getValue());
                update("DELETE FROM merged WHERE origin = ? AND seq <= ?", origin, one.getValue());
            }
        });
    }

    /** What the disk last failed with; empty where it did not. */
    String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            trouble = e.toString();
        }
    }

    private static String name(Origin origin) {
        return origin.writer() + " " + origin.rank() + " " + origin.incarnation() + " " + origin.run();
    }

    private interface Change {
        void make() throws SQLException;
    }

    private void transaction(Change change) {
        try {
            try {
                change.make();
                connection.commit();
                trouble = "";
            } catch (SQLException e) {
                trouble = "what was merged cannot be written down: " + e.getMessage();
                connection.rollback();
            }
        } catch (SQLException e) {
            trouble = "what was merged cannot be written down: " + e.getMessage();
        }
    }

    private void update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
