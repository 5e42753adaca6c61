package observatory.cli.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import observatory.analysis.log.Progress;
import observatory.cli.Console;

/** How far a study has come: a bar on a terminal, elsewhere a line for every tenth of its runs. */
final class VariantsProgress implements Progress {
    private static final int WIDTH = 40;

    private final Console console;
    private final LongSupplier nanos;
    private final long began;
    private long told = -1;

    VariantsProgress(Console console, LongSupplier nanos) {
        this.console = console;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    @Override
    public void at(long done, long total) {
        long tenth = 10 * done / total;
        if (console.interactive()) {
            int full = (int) (WIDTH * done / total);
            console.redraw(told < 0 ? 0 : 1, "█".repeat(full) + "░".repeat(WIDTH - full) + "  " + words(done, total));
        } else if (tenth > told) {
            console.say(words(done, total));
        }
        told = tenth;
    }

    private String words(long done, long total) {
        double seconds = (nanos.getAsLong() - began) / 1e9;
        Duration left = Duration.ofSeconds(Math.round(seconds * (total - done) / done));
        boolean known = done < total && done > total / 50; // the first runs are slow: the JVM compiles what trains
        return String.format(
                Locale.ROOT,
                "%d of %d runs%s",
                done,
                total,
                !known ? "" : ", %d:%02d min left".formatted(left.toMinutes(), left.toSecondsPart()));
    }
}
