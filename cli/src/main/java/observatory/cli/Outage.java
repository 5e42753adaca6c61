package observatory.cli;

import java.time.Duration;
import java.util.Optional;

/** What to say of a trouble that comes and goes: once when it lasts, and once when it is over. Belongs to one thread. */
public final class Outage {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

    private final String over;
    private boolean going;
    private long since;
    private boolean told;

    /** @param over what to say when it is */
    public Outage(String over) {
        this.over = over;
    }

    /** @param trouble as it stands now, empty where there is none; its words may change while it lasts */
    public Optional<String> look(String trouble, long nanoTime) {
        boolean was = told;
        if (trouble.isEmpty()) {
            going = false;
            told = false;
            return was ? Optional.of(over) : Optional.empty();
        }
        since = going ? since : nanoTime;
        going = true;
        told |= nanoTime - since >= PATIENCE_NANOS;
        return told && !was ? Optional.of(trouble) : Optional.empty();
    }
}
