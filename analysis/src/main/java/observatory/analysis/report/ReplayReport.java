package observatory.analysis.report;

import com.samskivert.mustache.Template;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import observatory.analysis.replay.ReplayResult;

/**
 * A replay as one HTML page that needs nothing beside it: no script, no network, charts inside; every name is escaped.
 */
public final class ReplayReport {
    private static final Template PAGE = HtmlReport.template("replay.html");

    private ReplayReport() {}

    public static String of(ReplayResult result) {
        return PAGE.execute(ReplayPage.of(result));
    }

    /** Its charts as PNG files of twice their size on the page, in a folder that is made where it is missing. */
    public static List<Path> write(ReplayResult result, Path folder) throws IOException {
        Files.createDirectories(folder);
        List<Path> files = new ArrayList<>();
        for (Figure figure : ReplayFigures.of(result)) {
            files.add(Files.write(folder.resolve(figure.name() + ".png"), figure.png()));
        }
        return files;
    }
}
