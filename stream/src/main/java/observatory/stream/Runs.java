package observatory.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import observatory.probe.RunEvent;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The runs a cluster has seen: the first and last word on each, as it passed through the sender. */
public final class Runs {
    private Runs() {}

    /**
     * One run as the registry knows it.
     *
     * @param ended absent while it goes on, and for ever if its process was killed
     */
    public record Run(
            String run,
            int incarnation,
            Optional<Instant> started,
            Optional<Instant> ended,
            Optional<Long> lastStep,
            Map<String, String> manifest) {}

    /** What stands on the topic: one mark for the beginning and one for the end of each incarnation. */
    record Mark(String run, int incarnation, String kind, String time, long step, Map<String, String> details) {}

    /** Whether an event belongs into the registry. */
    static boolean marks(RunEvent event) {
        return event.kind() == RunEvent.Kind.START || event.kind() == RunEvent.Kind.END;
    }

    static ProducerRecord<String, byte[]> record(Topics topics, RunEvent event) {
        String kind = event.kind().name().toLowerCase(Locale.ROOT);
        String run = event.origin().run().value();
        int incarnation = event.origin().incarnation();
        Mark mark = new Mark(run, incarnation, kind, event.time().toString(), event.step(), event.details());
        try {
            return new ProducerRecord<>(
                    topics.runs(),
                    run + "/" + incarnation + "/" + kind,
                    Json.mapper().writeValueAsBytes(mark));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a mark is plain text and numbers", e);
        }
    }

    /** Every run of a cluster, the newest last. Waits for the broker as long as its client does by default. */
    public static List<Run> list(String bootstrap, Topics topics) {
        Map<String, Run> runs = new TreeMap<>();
        try (TopicReader reader = TopicReader.fromTheBeginning(bootstrap, topics.runs())) {
            while (!reader.atTheEnd()) {
                for (byte[] value : reader.poll()) {
                    add(runs, value);
                }
            }
        }
        List<Run> listed = new ArrayList<>(runs.values());
        listed.sort(Comparator.comparing(run -> run.started().or(run::ended).orElse(Instant.EPOCH)));
        return listed;
    }

    private static void add(Map<String, Run> runs, byte[] value) {
        Mark mark;
        try {
            mark = Json.mapper().readValue(value, Mark.class);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(
                    "the registry of runs holds what is no mark: " + new String(value, StandardCharsets.UTF_8), e);
        }
        String key = mark.run() + "/" + mark.incarnation();
        Run known = runs.getOrDefault(
                key,
                new Run(
                        mark.run(),
                        mark.incarnation(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of()));
        Instant time = Instant.parse(mark.time());
        runs.put(
                key,
                mark.kind().equals("start")
                        ? new Run(
                                known.run(),
                                known.incarnation(),
                                Optional.of(time),
                                known.ended(),
                                known.lastStep(),
                                mark.details())
                        : new Run(
                                known.run(),
                                known.incarnation(),
                                known.started(),
                                Optional.of(time),
                                Optional.of(mark.step()),
                                known.manifest()));
    }
}
