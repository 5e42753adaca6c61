package observatory.analysis.alert;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.analysis.Judged;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;

/**
 * Turns incidents into alerts and tells them, until it is closed: one thread reads and decides, one for each receiver
 * tells. Goes on where it stopped, however it stopped; tells at least once, and a message twice only where it was
 * killed between telling it and striking it off.
 */
public final class AlertService implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Feed feed;
    private final AlertStore store;
    private final AlertConfig config;
    private final InstantSource clock;
    private final AlertBook book;
    /** Where reading goes on after what is in the book. */
    private final Map<String, Long> positions = new HashMap<>();

    private final NotificationCounts notifications = new NotificationCounts();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean catchingUp;
    private volatile List<Tracked> state;
    private final Map<String, String> troubles = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public AlertService(Feed feed, AlertStore store, AlertConfig config, InstantSource clock) throws SQLException {
        this.feed = feed;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.book = store.book(config.policy());
        this.catchingUp = store.positions().isEmpty();
        this.state = known(); // as it was before a restart: an Alertmanager is told all of it or nothing
        for (AlertConfig.Configured one : config.receivers()) {
            Receiver receiver = notifications.counted(one.name(), one.receiver());
            if (one.keepsState()) {
                StatePush push = new StatePush(one.name(), receiver, store, clock);
                thread(one.name(), () -> {
                    if (!catchingUp) {
                        push.run(state);
                    }
                    return false;
                });
            } else {
                Courier courier = new Courier(one.name(), receiver, store, clock, one.mostPerMinute());
                thread(one.name(), courier::run);
            }
        }
        thread("reader", this::round);
        threads.forEach(Thread::start);
    }

    /** What became of the messages so far. */
    public NotificationCounts notifications() {
        return notifications;
    }

    /** Work in portions; whether another may follow at once. */
    private interface Portion {
        boolean run() throws SQLException;
    }

    private void thread(String name, Portion portion) {
        threads.add(Thread.ofPlatform().daemon().name("alerts-" + name).unstarted(() -> {
            while (!closed) {
                try {
                    boolean more = portion.run();
                    troubles.remove(name);
                    if (!more) {
                        Thread.sleep(PAUSE);
                    }
                } catch (InterruptedException e) {
                    return;
                } catch (SQLException | RuntimeException e) {
                    // Disk full, broker gone: it stays in view, and the next round tries again.
                    troubles.put(name, name + ": " + e);
                    pause();
                }
            }
        }));
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE.multipliedBy(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads what came, moves the alerts on, and commits all of it together. */
    private boolean round() throws SQLException {
        List<Feed.Arrived> arrived = feed.poll();
        Instant now = clock.instant();
        for (Feed.Arrived one : arrived) {
            take(one, now);
            positions.put(one.place(), one.next());
        }
        book.tick(now);
        if (catchingUp && feed.caughtUp()) {
            book.forgetResolved(); // what was over before anybody listened is not told
            catchingUp = false;
        }
        if (!catchingUp) { // until then nothing is stored, so that a kill begins the catching up anew
            Map<String, SortedMap<String, Group>> told = new HashMap<>();
            Map<String, List<Notification>> messages = new HashMap<>();
            decide(told, messages, now);
            store.commit(new AlertStore.Round(book, positions, told, messages, now));
        }
        state = known();
        return !arrived.isEmpty();
    }

    private List<Tracked> known() {
        return book.all().stream()
                .filter(one -> one.phase() != Tracked.Phase.PENDING)
                .toList();
    }

    private void take(Feed.Arrived one, Instant now) {
        switch (one.content()) {
            case JUDGED -> {
                try {
                    judged(Judged.decode(one.value()), now);
                } catch (IllegalArgumentException e) {
                    troubles.put(one.place(), one.place() + ", before " + one.next() + ": " + e.getMessage());
                }
            }
            case TELEMETRY -> {
                if (book.waitsFor(one.run())) {
                    try {
                        book.progress(one.run(), Codec.decode(one.value()).step());
                    } catch (CodecException e) {
                        // The analysis sends it to the dead letters; here it only would have told a step.
                        troubles.put(one.place(), one.place() + ", before " + one.next() + ": " + e.getMessage());
                    }
                }
            }
        }
    }

    private void judged(Judged judged, Instant now) {
        switch (judged) {
            case Judged.Of of -> book.accept(of.incident(), now);
            case Judged.Watermark mark -> book.over(mark.run().value());
        }
    }

    private void decide(
            Map<String, SortedMap<String, Group>> told, Map<String, List<Notification>> messages, Instant now)
            throws SQLException {
        List<Silence> silences = store.silences(now);
        for (AlertConfig.Configured one : config.receivers()) {
            if (!one.keepsState()) {
                Grouping grouping = new Grouping(config.policy(), config.groupBy(), one.least());
                SortedMap<String, Group> known = store.told(one.name());
                Grouping.Round round = grouping.round(
                        known, book.all(), alert -> silences.stream().anyMatch(s -> s.covers(alert, now)), now);
                if (!round.groups().equals(known)) {
                    told.put(one.name(), round.groups());
                }
                messages.put(one.name(), round.notifications());
            }
        }
    }

    /** What goes wrong, a sentence each: with receivers, whose messages wait in the store, and inside. */
    public Set<String> troubles() {
        return Stream.concat(notifications.troubles().stream(), troubles.values().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofSeconds(12)); // a receiver takes up to ten
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        feed.close();
    }
}
