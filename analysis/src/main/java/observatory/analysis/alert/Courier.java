package observatory.analysis.alert;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Takes one receiver its messages, in order, on a thread of its own, so that one that hangs holds up nobody else. At
 * least once: a message is struck off after it was taken. Failures are tried again after 1, 2, 4, 8, 16 and then every
 * 30 seconds, or when the receiver asks for it; what a receiver refuses is kept with its reason and not tried again.
 */
final class Courier {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    /** No receiver keeps a message back for longer, whatever it asks for: a page that comes tomorrow is none. */
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(5);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final String name;
    private final Receiver receiver;
    private final AlertStore store;
    private final InstantSource clock;
    private final int mostPerMinute;
    private final Deque<Instant> sent = new ArrayDeque<>();
    private int failures;
    private Instant notBefore = Instant.MIN;

    Courier(String name, Receiver receiver, AlertStore store, InstantSource clock, int mostPerMinute) {
        this.name = name;
        this.receiver = receiver;
        this.store = store;
        this.clock = clock;
        this.mostPerMinute = mostPerMinute;
    }

    /** Takes the next message if it may be taken now; whether another may follow at once. */
    boolean run() throws SQLException {
        Instant now = clock.instant();
        Optional<AlertStore.Waiting> next = now.isBefore(notBefore) ? Optional.empty() : store.next(name);
        if (next.isEmpty() || !allowed(now)) {
            return false;
        }
        AlertStore.Waiting waiting = next.get();
        switch (receiver.tell(waiting.message())) {
            case Outcome.Delivered _ -> {
                store.delivered(waiting.id());
                failures = 0;
                sent.add(now);
            }
            case Outcome.Later later -> {
                store.failed(waiting.id(), later.reason());
                Duration backOff = Duration.ofSeconds(1L << Math.min(failures, 5));
                Duration ours = least(backOff, LONGEST);
                Duration theirs = least(later.pause(), MOST_PATIENCE);
                notBefore = clock.instant().plus(theirs.compareTo(ours) > 0 ? theirs : ours);
                failures++;
                return false;
            }
            case Outcome.Refused refused -> store.refused(waiting.id(), name, refused.reason(), now);
        }
        return true;
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean allowed(Instant now) {
        while (!sent.isEmpty() && !sent.peekFirst().plus(MINUTE).isAfter(now)) {
            sent.removeFirst();
        }
        return sent.size() < mostPerMinute;
    }
}
