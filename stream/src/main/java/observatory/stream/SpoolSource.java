package observatory.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Records from the spool of a writer that may still be writing: looks and changes nothing. */
final class SpoolSource implements FrameReader.Source {
    static final int AT_ONCE = 500;

    private final Path folder;
    private final int atOnce;
    private long key = -1;
    private boolean over;

    private SpoolSource(Path folder, int atOnce) {
        this.folder = folder;
        this.atOnce = atOnce;
    }

    /** @throws IOException where the folder cannot be read */
    static SpoolSource open(Path folder, int atOnce) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no spool in " + folder);
        }
        return new SpoolSource(folder, atOnce);
    }

    @Override
    public List<byte[]> poll() {
        List<byte[]> records = new ArrayList<>();
        for (Path file : segments()) {
            if (records.size() < atOnce) {
                read(file, records);
            }
        }
        over = records.isEmpty();
        return records;
    }

    private void read(Path file, List<byte[]> records) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                PreparedStatement select = connection.prepareStatement(
                        "SELECT key, kind, crc, body FROM item WHERE key > ? ORDER BY key LIMIT ?")) {
            connection.createStatement().execute("PRAGMA query_only=ON");
            select.setLong(1, key);
            select.setInt(2, atOnce - records.size());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    key = rows.getLong(1);
                    Row.read(key, rows.getInt(2), rows.getLong(3), rows.getBytes(4))
                            .filter(row -> row.kind() != Row.Kind.HISTORY)
                            .ifPresent(row -> records.add(row.body()));
                }
            }
        } catch (SQLException e) {
            // Gone since it was listed, or damaged: the numbers of what follows will show the gap.
            assert !e.getMessage().isEmpty();
        }
    }

    private List<Path> segments() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(SegmentFile::is).sorted().toList();
        } catch (IOException e) {
            return List.of(); // Emptied and removed: its end is reached.
        }
    }

    @Override
    public boolean atTheEnd() {
        return over;
    }

    @Override
    public boolean complete() {
        return false;
    }

    @Override
    public void close() {
        // Nothing stays open between polls.
    }
}
