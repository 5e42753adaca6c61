package observatory.stream.spool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.sqlite.SQLiteException;

/** What is done to a whole segment: found, made anew with fewer rows, saved from damage. */
public final class SegmentFile {
    private static final String PATTERN = "\\d{19}\\" + Segment.SUFFIX;

    private SegmentFile() {}

    /** Where the segment of a spool lies that begins with an item. */
    public static Path of(Path folder, long firstItem) {
        return folder.resolve("%019d%s".formatted(firstItem, Segment.SUFFIX));
    }

    /** Whether a file is a segment, by its name. */
    public static boolean is(Path file) {
        return file.getFileName().toString().matches(PATTERN);
    }

    /** Whether there are segments in a folder; also where that cannot be seen now. */
    static boolean in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(SegmentFile::is);
        } catch (IOException | UncheckedIOException e) {
            return Files.isDirectory(folder);
        }
    }

    /** The item a segment begins with, by its name. */
    public static long firstItem(Path file) {
        return Long.parseLong(file.getFileName().toString().substring(0, 19));
    }

    /** Whether an error says that a file is damaged, and not that the disk has a bad day. */
    static boolean damage(SQLException error) {
        return error instanceof SQLiteException sqlite
                && switch (sqlite.getResultCode()) {
                    case SQLITE_CORRUPT,
                            SQLITE_CORRUPT_VTAB,
                            SQLITE_CORRUPT_INDEX,
                            SQLITE_CORRUPT_SEQUENCE,
                            SQLITE_NOTADB,
                            SQLITE_FORMAT -> true;
                    case SQLITE_ERROR -> error.getMessage().contains("no such table");
                    default -> false;
                };
    }

    /**
     * A segment with these rows in place of an old one, which is closed; a kill leaves the old or the new one whole.
     */
    static Segment replace(Segment old, List<Row> rows, int tiersShed, long itemsShed, Disk disk)
            throws SQLException, IOException {
        Path fresh = write(old.file(), old.firstItem(), rows, tiersShed, itemsShed, disk);
        old.close();
        return install(fresh, old.file(), old.firstItem(), disk);
    }

    /**
     * Every row of a damaged file that can still be read, in a file made anew.
     *
     * @param lastItem that it had at least, -1 where nobody knows; and at most, where {@code certain}
     */
    static Segment salvage(Path file, long lastItem, boolean certain, Disk disk) throws SQLException, IOException {
        List<Row> rows = Salvage.rows(file, lastItem, certain, disk);
        return install(write(file, firstItem(file), rows, 0, 0, disk), file, firstItem(file), disk);
    }

    private static Path write(Path file, long firstItem, List<Row> rows, int tiersShed, long itemsShed, Disk disk)
            throws SQLException, IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Segment.deleteFiles(fresh);
        try (Segment segment = new Segment(fresh, firstItem, disk)) {
            segment.noteShed(tiersShed, itemsShed);
            segment.append(rows);
        }
        return fresh;
    }

    private static Segment install(Path fresh, Path file, long firstItem, Disk disk) throws SQLException, IOException {
        for (String part : new String[] {"-wal", "-shm"}) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + part));
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new Segment(file, firstItem, disk);
    }
}
