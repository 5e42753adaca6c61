package observatory.cli;

import java.time.Duration;
import java.util.function.LongSupplier;
import observatory.analysis.log.Progress;

/**
 * How far a long reading has come, once it takes longer than a second: a bar on a terminal, elsewhere a line for every
 * tenth of the log.
 */
public final class ReadingProgress implements Progress {
    private static final long QUIET = Duration.ofSeconds(1).toNanos();
    private static final int WIDTH = 40;

    private final Console console;
    private final String what;
    private final LongSupplier nanos;
    private final long began;
    private int shown = -1;

    public ReadingProgress(Console console, String what, LongSupplier nanos) {
        this.console = console;
        this.what = what;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    @Override
    public void at(long done, long total) {
        int percent = total == 0 ? 100 : (int) (100 * done / total);
        int stride = console.interactive() ? 1 : 10;
        long elapsed = nanos.getAsLong() - began;
        if (elapsed < QUIET || percent / stride == shown / stride && shown >= 0) {
            return;
        }
        if (console.interactive()) {
            console.redraw(shown < 0 ? 0 : 1, bar(percent, elapsed, done, total));
        } else {
            console.say("reading " + what + ": " + percent + " %");
        }
        shown = percent;
    }

    private String bar(int percent, long elapsed, long done, long total) {
        int full = WIDTH * percent / 100;
        long left = done == 0 ? 0 : Math.round(elapsed / 1e9 * (total - done) / done);
        return "reading %s  %s%s %3d %%  %d s left"
                .formatted(what, "█".repeat(full), "░".repeat(WIDTH - full), percent, left);
    }
}
