package observatory.cli.replay;

import java.util.Locale;
import java.util.function.LongSupplier;
import observatory.cli.Console;
import observatory.cli.replay.Replaying.Watch;

/**
 * How far a replay has come: a bar on a terminal, elsewhere a line whenever something else is varied, and every
 * two seconds. Any thread.
 */
public final class ReplayProgress implements Watch.Telling {
    private static final int WIDTH = 30;
    private static final double OFTEN = 2;

    private final Console console;
    private final LongSupplier nanos;
    private final long began;
    private String doing = "";
    private boolean drawn;
    private double said;

    public ReplayProgress(Console console, LongSupplier nanos) {
        this.console = console;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
    }

    @Override
    public synchronized void at(int done, int planned, String what) {
        double seconds = (nanos.getAsLong() - began) / 1e9;
        if (console.interactive()) {
            int full = planned == 0 ? 0 : Math.min(WIDTH, WIDTH * done / planned);
            console.redraw(
                    drawn ? 1 : 0,
                    String.format(
                            Locale.ROOT,
                            "replay  %s%s  %d of %d trials known of, %.0f s  %s",
                            "█".repeat(full),
                            "░".repeat(WIDTH - full),
                            done,
                            planned,
                            seconds,
                            what));
            drawn = true;
        } else if (!what.equals(doing) || seconds - said >= OFTEN) {
            said = seconds;
            console.say(String.format(
                    Locale.ROOT, "replay: %s (%d of %d trials known of, %.0f s)", what, done, planned, seconds));
        }
        doing = what;
    }
}
