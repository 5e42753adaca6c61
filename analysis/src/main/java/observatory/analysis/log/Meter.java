package observatory.analysis.log;

import java.nio.file.Path;
import java.util.List;

/** Adds up the bytes read over the files of one log, and tells of it once a mebibyte. */
final class Meter {
    private static final long STRIDE = 1 << 20;

    private final Progress progress;
    private final long total;
    private long before; // bytes of the files that are done
    private long told;

    Meter(List<Path> files, Progress progress) {
        this.progress = progress;
        this.total = files.stream().mapToLong(LogSource::size).sum();
    }

    /** Reading has come to this byte of the file at hand. */
    void at(long offset) {
        if (before + offset - told >= STRIDE) {
            told = before + offset;
            progress.at(told, Math.max(told, total));
        }
    }

    void endOf(Path file) {
        before += LogSource.size(file);
        told = before;
        progress.at(before, Math.max(before, total));
    }
}
