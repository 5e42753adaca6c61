package observatory.stream;

import java.util.Locale;

/** What a run is doing, as far as the registry knows; of two ways to end the later is the worse. */
public enum RunState {
    RUNNING,
    /** It runs, and what it says is kept on its own disk because the broker is behind. */
    SPOOLING,
    /** No word for long, and no end: killed, hanging, or cut off. */
    SILENT,
    FINISHED,
    /** It goes on, and nobody watches. */
    DETACHED,
    /** Somebody stopped it: a signal, or a command. */
    INTERRUPTED,
    FAILED;

    /** @param reason of an event {@code end}: what it begins with, to the first colon, tells how (docs/wire.md) */
    public static RunState ended(String reason) {
        return switch (reason.split(":", 2)[0].strip()) {
            case "", "finished" -> FINISHED;
            case "detached" -> DETACHED;
            case "stopped", "KeyboardInterrupt", "SystemExit" -> INTERRUPTED;
            default -> FAILED;
        };
    }

    /** As people read it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
