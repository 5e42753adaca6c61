package observatory.cli.tail;

import java.time.Duration;

/** How long to wait for what goes on by fits and starts: while it does, and a moment where nobody wants it any more. */
final class Patience {
    private static final long WITHOUT_PROGRESS_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long UNWANTED_NANOS = Duration.ofSeconds(1).toNanos();

    private long progress;
    private long progressed;
    private long wanted;

    Patience(long progress, long nanoTime) {
        this.progress = progress;
        this.progressed = nanoTime;
        this.wanted = nanoTime;
    }

    /** @param progressNow grows while it goes on */
    boolean over(long progressNow, boolean stillWanted, long nanoTime) {
        progressed = progressNow > progress ? nanoTime : progressed;
        progress = progressNow;
        wanted = stillWanted ? nanoTime : wanted;
        return nanoTime - progressed >= WITHOUT_PROGRESS_NANOS || nanoTime - wanted >= UNWANTED_NANOS;
    }
}
