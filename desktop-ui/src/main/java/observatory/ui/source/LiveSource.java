package observatory.ui.source;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import observatory.analysis.Judged;
import observatory.probe.Frame;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.HistoryReader;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.ui.Connection;
import observatory.ui.Source;
import observatory.ui.data.Recording;
import org.apache.kafka.common.KafkaException;

/**
 * A run on a broker, from its first record on and as it grows. Looking changes nothing there: partitions are assigned,
 * no group is joined. Where the broker goes away it is waited for, for ever.
 */
public final class LiveSource implements Source {
    private static final long PAUSE_SECONDS = 1;
    /** After so long without a record the broker is asked whether it is there. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final observatory.stream.cluster.Connection connection;
    private final Topics topics;
    private final RunId run;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread reader;
    private volatile Recording recording;
    private volatile Health health = Health.NONE;
    private volatile Instant arrived = Instant.EPOCH;
    private volatile boolean caughtUp;
    private volatile OptionalInt rank = OptionalInt.empty();

    /** What reading has come to: how many records were lost, doubled or unreadable, and what last went wrong. */
    public record Health(long missing, long duplicates, long unreadable, boolean caughtUp, String trouble) {
        static final Health NONE = new Health(0, 0, 0, false, "");

        static Health of(String trouble) {
            return new Health(0, 0, 0, false, trouble);
        }
    }

    public LiveSource(observatory.stream.cluster.Connection connection, Topics topics, RunId run, InstantSource clock) {
        this.connection = connection;
        this.topics = topics;
        this.run = run;
        this.clock = clock;
        this.recording = new Recording(run);
        this.reader = Thread.ofPlatform().name("observatory-live").daemon().start(this::read);
    }

    @Override
    public Recording recording() {
        return recording;
    }

    @Override
    public boolean showRank(int shown) {
        rank = OptionalInt.of(shown);
        return true;
    }

    public Health health() {
        return health;
    }

    @Override
    public String trouble() {
        boolean nothing =
                caughtUp && recording.frames().empty() && health.trouble().isEmpty();
        return nothing
                ? "no step of the run " + run.value() + " has come to " + bootstrap()
                        + " yet; A lists the runs it knows"
                : health.trouble();
    }

    @Override
    public boolean caughtUp() {
        return caughtUp;
    }

    @Override
    public boolean same(Source other) {
        return other instanceof LiveSource live
                && live.run.equals(run)
                && live.bootstrap().equals(bootstrap());
    }

    public String bootstrap() {
        return connection.bootstrap();
    }

    @Override
    public Connection connection() {
        Optional<Frame> latest = recording.latest();
        if (latest.isEmpty()) {
            return new Connection(beforeTheFirstStep(), Duration.ZERO);
        }
        if (recording.ended()) {
            return Connection.recording();
        }
        Instant now = clock.instant();
        return connection(
                Duration.between(latest.get().time(), now),
                Duration.between(arrived, now).compareTo(Connection.PATIENCE) <= 0,
                caughtUp || !health.trouble().isEmpty());
    }

    private Connection.State beforeTheFirstStep() {
        return !health.trouble().isEmpty()
                ? Connection.State.UNANSWERED
                : caughtUp ? Connection.State.WAITING : Connection.State.CONNECTING;
    }

    /**
     * @param arriving whether frames came of late; if they are old all the same, they were spooled on their way
     * @param read whether what the broker had before has been read; until then it is old because it is history
     */
    static Connection connection(Duration age, boolean arriving, boolean read) {
        if (!read) {
            return new Connection(Connection.State.READING, Duration.ZERO);
        }
        boolean late = age.compareTo(Connection.PATIENCE) > 0;
        Connection.State state =
                !late ? Connection.State.LIVE : arriving ? Connection.State.SPOOLED : Connection.State.STALE;
        return new Connection(state, age);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        preview();
        boolean again = false;
        while (closing.getCount() > 0) {
            try (FrameReader frames = new FrameReader(connection, topics, Optional.of(run));
                    TopicReader incidents = TopicReader.fromTheBeginning(connection, topics.incidents())) {
                // What is shown so far stays until the whole run is read anew.
                OptionalInt of = rank;
                Recording whole = again || !recording.frames().empty() ? new Recording(run, of) : recording;
                again = true;
                caughtUp = false;
                follow(frames, incidents, whole, of);
            } catch (RuntimeException e) {
                health = Health.of(why(e));
                pause();
            } catch (Error e) { // such as out of memory: what is shown has an end, which must be told
                health = Health.of(e.toString());
                throw e;
            }
        }
    }

    /** The decimated history, which is there long before the run itself is read. */
    private void preview() {
        try {
            Recording decimated = new Recording(run);
            HistoryReader.read(connection, topics, run, bucket -> {
                HistoryFrames.of(bucket).forEach(decimated::accept);
                recording = decimated; // from the first bucket on
            });
        } catch (RuntimeException e) {
            health = Health.of(why(e)); // the run itself is read next, and may be whole
        }
    }

    /** Until the window closes or another rank is asked for. */
    private void follow(FrameReader frames, TopicReader incidents, Recording whole, OptionalInt shown) {
        Instant asked = clock.instant();
        String trouble = "";
        while (closing.getCount() > 0 && rank.equals(shown)) {
            List<Telemetry> items = frames.poll();
            items.forEach(whole::accept);
            Instant now = clock.instant();
            if (!items.isEmpty()) {
                arrived = now;
                asked = now;
                trouble = "";
            } else if (Duration.between(asked, now).compareTo(SILENCE) > 0) {
                asked = now;
                trouble = ask(incidents);
            }
            for (byte[] value : incidents.poll()) {
                if (Judged.decode(value) instanceof Judged.Of of && of.run().equals(run)) {
                    whole.accept(of.incident());
                }
            }
            if (recording != whole
                    && (frames.atTheEnd()
                            || whole.frames().size() >= recording.frames().size())) {
                recording = whole;
            }
            caughtUp |= frames.atTheEnd() && incidents.atTheEnd();
            health = new Health(frames.missing(), frames.duplicates(), frames.unreadable(), frames.atTheEnd(), trouble);
        }
    }

    /** A run that is over sends nothing, as does one whose broker has gone; which of them it is, only asking tells. */
    private String ask(TopicReader reader) {
        try {
            reader.ask(PATIENCE);
            return "";
        } catch (KafkaException e) {
            return why(e);
        }
    }

    private String why(RuntimeException e) {
        return e instanceof KafkaException
                ? KafkaErrors.explain(e, connection).message()
                : e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private void pause() {
        try {
            closing.await(PAUSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
