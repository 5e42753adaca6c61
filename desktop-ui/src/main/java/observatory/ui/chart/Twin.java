package observatory.ui.chart;

import java.io.IOException;
import java.nio.file.Path;

/** What a picture on the screen shows, in other forms: a sentence, a table, a figure for print. */
public interface Twin {
    String title();

    /** For those who cannot see the picture. */
    String sentence();

    /** At most so many rows; numbers short, as on screens, unless exact. */
    ChartTable table(int most, boolean exact);

    /** What tells its files from those of other pictures, without folder and ending. */
    String fileName();

    /** Writes the figure, large enough for print. */
    void png(Path file, Palette palette) throws IOException;
}
