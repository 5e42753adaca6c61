package observatory.ui.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A picture as a file: its numbers as CSV, or a figure for print as PNG. */
public final class Export {
    private Export() {}

    /** Writes into a folder and returns the file. */
    public static Path csv(Twin twin, Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve(twin.fileName() + ".csv");
        return Files.writeString(file, twin.table(Integer.MAX_VALUE, true).csv());
    }

    /** Writes into a folder and returns the file. */
    public static Path png(Twin twin, Palette palette, Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve(twin.fileName() + ".png");
        twin.png(file, palette);
        return file;
    }
}
