package observatory.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import observatory.probe.RunEvent;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.TopicReader;
import observatory.stream.cluster.Topics;
import observatory.stream.spool.Spool;
import observatory.stream.wire.Envelope;
import observatory.stream.wire.Json;
import observatory.stream.wire.Manifest;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The runs a cluster has seen: the first, the latest and the last word on each, as it passed through the sender. */
public final class Runs {
    /** Longer than any step should take without a word. */
    private static final Duration SILENCE = Duration.ofSeconds(100);

    /** Items that wait while the broker keeps up are a handful. */
    private static final long BEHIND = 1000;

    private Runs() {}

    /**
     * One incarnation of a run as the registry knows it.
     *
     * @param ended absent while it goes on, and for ever if its process was killed
     * @param reason of its end, in its trainer's words; of its ranks' the worst
     * @param lastSeen the latest word of any of its ranks
     * @param spooled items that wait on the disks of its ranks
     * @param manifest what is trained, how, and on what: {@link Manifest} reads the structured parts of it;
     * of all ranks together
     */
    public record Run(
            String run,
            int incarnation,
            Optional<Instant> started,
            Optional<Instant> ended,
            Optional<String> reason,
            Optional<Instant> lastSeen,
            Optional<Long> lastStep,
            long spooled,
            Map<String, String> manifest) {

        public RunState state(Instant now) {
            if (ended.isPresent()) {
                return RunState.ended(reason.orElse(""));
            }
            if (lastSeen.isEmpty() || lastSeen.get().plus(SILENCE).isBefore(now)) {
                return RunState.SILENT;
            }
            return spooled >= BEHIND ? RunState.SPOOLING : RunState.RUNNING;
        }

        /**
         * This run as it stands after a later word that it begins: one that was let go of goes on, and is the same. So
         * does one that another process begins again after its end; one whose log is read once more began before it.
         */
        private Run begun(Run again) {
            boolean anew = !ofALowerRank(again)
                    && ended.isPresent()
                    && again.started().filter(ended.get()::isBefore).isPresent();
            return anew || RunState.ended(reason.orElse("")) == RunState.DETACHED
                    ? new Run(
                            run,
                            incarnation,
                            started,
                            Optional.empty(),
                            Optional.empty(),
                            lastSeen,
                            lastStep,
                            spooled,
                            manifest)
                    : this;
        }
    }

    /**
     * What stands on the topic: for each rank of an incarnation one mark for its beginning, one for its end, one for its
     * heart.
     */
    record Mark(String run, int incarnation, String kind, String time, long step, Map<String, String> details) {}

    /** Whether an event belongs into the registry. */
    public static boolean marks(RunEvent event) {
        return event.kind() == RunEvent.Kind.START || event.kind() == RunEvent.Kind.END;
    }

    /** What the registry keeps of an event that belongs into it. */
    public static ProducerRecord<String, byte[]> record(Topics topics, RunEvent event) {
        String kind = event.kind().name().toLowerCase(Locale.ROOT);
        boolean lower = event.origin().rank() > 0;
        return record(
                topics,
                new Mark(
                        event.origin().run().value(),
                        event.origin().incarnation(),
                        kind,
                        event.time().toString(),
                        event.step(),
                        lower && event.kind() == RunEvent.Kind.START ? placeOnly(event) : event.details()),
                lower ? kind + "/" + event.origin().rank() : kind);
    }

    /** Of all ranks but the first the registry keeps where they stand; what is trained is the same for all. */
    private static Map<String, String> placeOnly(RunEvent start) {
        return new Manifest(Manifest.of(start.details()).ranks(), List.of(), new TreeMap<>()).details();
    }

    /** Says that a rank lives, how far it has come, and how much of it waits. */
    public static ProducerRecord<String, byte[]> heartbeat(
            Topics topics, Envelope last, Instant now, Spool.Counts counts) {
        Map<String, String> details = new TreeMap<>(Map.of(
                "rank", Long.toString(last.rank()),
                "writer", last.writer(),
                "spooled", Long.toString(counts.spooled()),
                "shed", Long.toString(counts.shed()),
                "corrupt", Long.toString(counts.corrupt()),
                "refused", Long.toString(counts.refused())));
        return record(
                topics,
                new Mark(last.run(), (int) last.incarnation(), HEARTBEAT, now.toString(), last.step(), details),
                HEARTBEAT + "/" + last.rank());
    }

    private static final String HEARTBEAT = "heartbeat";

    private static ProducerRecord<String, byte[]> record(Topics topics, Mark mark, String what) {
        try {
            return new ProducerRecord<>(
                    topics.runs(),
                    mark.run() + "/" + mark.incarnation() + "/" + what,
                    Json.mapper().writeValueAsBytes(mark));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a mark is plain text and numbers", e);
        }
    }

    public static List<Run> list(String bootstrap, Topics topics) {
        return list(Connection.to(bootstrap), topics);
    }

    /**
     * Every run of a cluster, the newest last.
     *
     * @throws org.apache.kafka.common.KafkaException where the cluster or the topic cannot be reached
     */
    public static List<Run> list(Connection connection, Topics topics) {
        Map<String, Run> runs = new TreeMap<>();
        try (TopicReader reader = TopicReader.fromTheBeginning(connection, topics.runs())) {
            while (!reader.atTheEnd()) {
                reader.poll().forEach(value -> add(value, runs));
            }
        }
        return listed(runs);
    }

    static void add(byte[] value, Map<String, Run> runs) {
        read(value).ifPresent(mark -> runs.merge(mark.run() + "/" + mark.incarnation(), of(mark), Runs::merged));
    }

    static List<Run> listed(Map<String, Run> runs) {
        List<Run> listed = new ArrayList<>(runs.values());
        listed.sort(Comparator.comparing(
                run -> run.started().or(run::ended).or(run::lastSeen).orElse(Instant.EPOCH)));
        return listed;
    }

    /** A mark; nothing where the record is none, because anybody may write to a topic. */
    private static Optional<Mark> read(byte[] value) {
        try {
            Mark mark = value == null ? null : Json.mapper().readValue(value, Mark.class);
            return Optional.ofNullable(mark)
                    .filter(one -> one.run() != null && one.time() != null && one.kind() != null);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Run of(Mark mark) {
        Optional<Instant> time = time(mark);
        Map<String, String> details = mark.details() == null ? Map.of() : mark.details();
        boolean start = mark.kind().equals("start");
        boolean end = mark.kind().equals("end");
        return new Run(
                mark.run(),
                mark.incarnation(),
                start ? time : Optional.empty(),
                end ? time : Optional.empty(),
                end ? Optional.ofNullable(details.get("reason")) : Optional.empty(),
                time,
                start ? Optional.empty() : Optional.of(mark.step()),
                details.getOrDefault("spooled", "0").matches("\\d{1,18}")
                        ? Long.parseLong(details.getOrDefault("spooled", "0"))
                        : 0,
                start ? details : Map.of());
    }

    private static Run merged(Run before, Run later) {
        Run known = later.started().isPresent() ? before.begun(later) : before;
        return new Run(
                known.run(),
                known.incarnation(),
                ofALowerRank(later)
                        ? known.started().or(later::started)
                        : later.started().or(known::started),
                later.ended().or(known::ended),
                worse(known.reason(), later.reason()),
                latest(known.lastSeen(), later.lastSeen()),
                later.lastStep().or(known::lastStep),
                later.ended().isPresent() ? 0 : later.spooled(),
                merged(known.manifest(), later.manifest()));
    }

    /** The first rank's clock tells when a run began: those of two machines may be hours apart. */
    private static boolean ofALowerRank(Run mark) {
        List<Manifest.Place> ranks = Manifest.of(mark.manifest()).ranks();
        return !ranks.isEmpty() && ranks.stream().noneMatch(place -> place.rank() == 0);
    }

    private static Map<String, String> merged(Map<String, String> known, Map<String, String> later) {
        if (later.isEmpty()) {
            return known;
        }
        return known.isEmpty()
                ? later
                : Manifest.of(known).and(Manifest.of(later)).details();
    }

    private static Optional<String> worse(Optional<String> one, Optional<String> other) {
        return Stream.of(one, other).flatMap(Optional::stream).max(Comparator.comparing(RunState::ended));
    }

    private static Optional<Instant> latest(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && other.isPresent() && one.get().isAfter(other.get()) ? one : other.or(() -> one);
    }

    private static Optional<Instant> time(Mark mark) {
        try {
            return Optional.of(Instant.parse(mark.time()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
