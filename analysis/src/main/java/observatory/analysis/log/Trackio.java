package observatory.analysis.log;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import observatory.probe.Telemetry;

/**
 * A project of Trackio: an SQLite database with a table {@code metrics(id, timestamp, run_name, step, metrics)} (docs,
 * storage_schema.md). Of several runs the one written last is read. The database is opened for reading only.
 */
public final class Trackio implements LogFormat {
    private static final int LOOK_AHEAD = 500; // rows

    @Override
    public String name() {
        return "trackio-sqlite";
    }

    @Override
    public boolean recognises(Head head) {
        return head.has(0, "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public boolean rewritten() {
        return true;
    }

    @Override
    public Reading read(LogSource source, Consumer<? super Telemetry> sink) {
        Path file = source.files().getFirst();
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + uri(file))) {
            List<String> runs = runs(database);
            if (runs.isEmpty()) {
                return new Reading(0, 0, List.of("its table metrics is empty"));
            }
            String run = runs.getLast();
            Set<String> tags = new LinkedHashSet<>();
            rows(database, run, LOOK_AHEAD, row -> tags.addAll(row.numbers().keySet()));
            SeriesNames names = source.names();
            names.learn(tags);
            Recording recording = new Recording(source, names, sink);
            if (runs.size() > 1) {
                recording.remark("of the " + runs.size() + " runs in this project the last, " + run + ", was read");
            }
            Rows rows = new Rows(recording, source, Set.of("step"));
            rows(database, run, Long.MAX_VALUE, rows::row);
            new Meter(List.of(file), source.progress()).endOf(file);
            return recording.finish();
        } catch (SQLException e) {
            throw new LogException(
                    file,
                    0,
                    "it is no Trackio project: " + e.getMessage(),
                    "export the run as CSV or JSON lines instead");
        }
    }

    /** A file name may hold what means something in a URI. */
    private static String uri(Path file) {
        return file.toAbsolutePath().toUri().toString().replaceFirst("^file:/+", "file:/") + "?mode=ro";
    }

    private static List<String> runs(Connection database) throws SQLException {
        List<String> runs = new ArrayList<>();
        try (PreparedStatement query =
                        database.prepareStatement("select run_name from metrics group by run_name order by max(id)");
                ResultSet found = query.executeQuery()) {
            while (found.next()) {
                runs.add(found.getString(1));
            }
        }
        return runs;
    }

    private static void rows(Connection database, String run, long most, Consumer<Row> each) throws SQLException {
        try (PreparedStatement query = database.prepareStatement(
                "select step, timestamp, metrics from metrics where run_name is ? order by id limit ?")) {
            query.setString(1, run);
            query.setLong(2, most);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    Row row = new Row();
                    row.put("step", found.getDouble(1));
                    row.put("timestamp", String.valueOf(found.getString(2)));
                    JsonRow.parse(String.valueOf(found.getString(3)))
                            .ifPresent(metrics -> metrics.numbers()
                                    .forEach((tag, value) -> row.numbers().putIfAbsent(tag, value)));
                    each.accept(row);
                }
            }
        }
    }
}
