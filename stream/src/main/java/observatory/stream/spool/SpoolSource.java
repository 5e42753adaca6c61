package observatory.stream.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import observatory.stream.FrameReader;

/**
 * Records from the spool of a writer that may still be writing: looks and changes nothing. Of a damaged segment it gives
 * what can be read; what cannot be read for another reason, such as a full disk, is tried again.
 */
public final class SpoolSource implements FrameReader.Source {
    /** Rows read by one poll. */
    public static final int AT_ONCE = 500;

    private final Path folder;
    private final int atOnce;
    private final Set<Path> salvaged = new HashSet<>();
    private long key = -1;
    private boolean over;
    private long damaged;
    private String trouble = "";

    private SpoolSource(Path folder, int atOnce) {
        this.folder = folder;
        this.atOnce = atOnce;
    }

    /** @throws IOException where the folder cannot be read */
    public static SpoolSource open(Path folder, int atOnce) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no spool in " + folder);
        }
        return new SpoolSource(folder, atOnce);
    }

    @Override
    public List<byte[]> poll() {
        List<byte[]> records = new ArrayList<>();
        trouble = "";
        for (Path file : segments()) {
            if (records.size() < atOnce && trouble.isEmpty() && !salvaged.contains(file)) {
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
                    Optional<Row> row = Row.read(key, rows.getInt(2), rows.getLong(3), rows.getBytes(4));
                    row.filter(one -> one.kind() != Row.Kind.HISTORY).ifPresent(one -> records.add(one.body()));
                    damaged += row.isPresent() ? 0 : 1;
                }
            }
        } catch (SQLException e) {
            failed(file, e, records);
        }
    }

    private void failed(Path file, SQLException error, List<byte[]> records) {
        if (!Files.exists(file)) {
            return; // gone since it was listed
        }
        if (SegmentFile.damage(error) && !error.getMessage().contains("no such table")) {
            salvage(file, records);
        } else if (file.toFile().length() > 0) { // one just made is empty
            trouble = file + ": " + error.getMessage();
        }
    }

    /** Reads row by row what comes behind the damage. */
    private void salvage(Path file, List<byte[]> records) {
        salvaged.add(file);
        long item = Row.item(key);
        List<Row> left = Salvage.rows(file, -1, false, Disk.REAL).stream()
                .filter(row -> row.key() > key)
                .toList();
        for (Row row : left) {
            if (row.counts()) {
                damaged += Math.max(0, Row.item(row.key()) - Math.max(item + 1, SegmentFile.firstItem(file)));
                item = Row.item(row.key());
            }
            if (row.kind() != Row.Kind.HISTORY) {
                records.add(row.body());
            }
            key = row.key();
        }
        damaged += left.isEmpty() ? 1 : 0; // of what was behind them, nobody knows how many
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
    public boolean inOrder() {
        return true;
    }

    @Override
    public long damaged() {
        return damaged;
    }

    @Override
    public String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        // Nothing stays open between polls.
    }
}
