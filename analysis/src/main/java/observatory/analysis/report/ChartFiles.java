package observatory.analysis.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The pictures of a post-mortem as PNG files of twice the size they have on a page, for papers and slides. */
public final class ChartFiles {
    private ChartFiles() {}

    /** Writes one file for each picture into a folder, which is made where it is missing, and returns them. */
    public static List<Path> write(PostMortem result, Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>();
        for (Figure figure : Figures.of(result)) {
            files.add(Files.write(folder.resolve(figure.name() + ".png"), figure.png()));
        }
        return files;
    }
}
