package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import observatory.analysis.detector.Settings;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recorder behind the topology; the list of items is the topic, and its indices are the offsets. */
class FlightRecorderTest {
    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private int retained;

    @Test
    void writesOneSpikeLogPerIncidentWithTheStepsAroundIt() throws IOException {
        List<Telemetry> items = Recorded.eventful();
        SortedMap<String, String> written = live(items, folder.resolve("live"));
        assertEquals(
                List.of(
                        "spike-recorded-200-loss_spike.jsonl",
                        "spike-recorded-350-overflow.jsonl",
                        "spike-recorded-450-non_finite.jsonl"),
                List.copyOf(written.keySet()));
        SpikeLog first = SpikeLog.read(folder.resolve("live").resolve(written.firstKey()));
        assertTrue(first.incident().resolved());
        assertEquals(200, first.incident().firstStep());
        assertEquals(200 - 64, first.telemetry().getFirst().step());
        assertEquals(202 + 64, first.telemetry().getLast().step());
        assertEquals(3, said.size(), said.toString());
        assertTrue(said.stream().allMatch(line -> line.startsWith("spike log: ")), said.toString());
    }

    /** As when a watch begins with nine thousand steps to judge, or was down for an hour. */
    @Test
    void whatIsReadFasterThanItIsJudgedLeavesTheSameLogs() {
        List<List<Telemetry>> runs = List.of(Recorded.eventful(), lasting(), wentBack(), withNeighbours());
        for (int i = 0; i < runs.size(); i++) {
            SortedMap<String, String> expected = live(runs.get(i), folder.resolve("live" + i));
            assertFalse(expected.isEmpty());
            assertEquals(expected, late(runs.get(i), 0, folder.resolve("late" + i)));
        }
    }

    @Test
    void aRecorderThatIsStartedAgainWritesWhatTheOneBeforeDidNot() {
        List<Telemetry> items = withNeighbours();
        SortedMap<String, String> expected = live(items, folder.resolve("live"));
        for (int from : new int[] {0, 700, items.size()}) {
            assertEquals(expected, late(items, from, folder.resolve("from" + from)), "from item " + from);
        }
    }

    @Test
    void whatHasLessOfAnIncidentReplacesNoLogAndWhatIsBrokenIsReplaced() throws IOException {
        List<Telemetry> items = Recorded.eventful();
        SortedMap<String, String> whole = late(items, 0, folder.resolve("late"));
        said.clear();
        retained = 200;
        assertEquals(whole, late(items, 0, folder.resolve("late")));
        retained = items.size();
        assertEquals(whole, late(items, 0, folder.resolve("late")));
        assertEquals(List.of(), said);
        retained = 0;
        Path log = folder.resolve("late").resolve(whole.firstKey());
        byte[] bytes = Files.readAllBytes(log);
        int line = new String(bytes, StandardCharsets.UTF_8).indexOf('\n', bytes.length / 2);
        for (int length : new int[] {0, 10, bytes.length / 2, line + 1}) {
            Files.write(log, Arrays.copyOf(bytes, length));
            late(items, 0, folder.resolve("late"));
            assertArrayEquals(bytes, Files.readAllBytes(log), "cut after " + length);
        }
    }

    /** One that is killed in its worst moment says nothing more, not even that it ends. */
    @Test
    void aRunThatFallsSilentLeavesItsLogs() {
        List<Telemetry> items = new ArrayList<>(Recorded.eventful().subList(0, 203));
        items.add(RunEvent.of(
                Recorded.ORIGIN,
                300,
                203,
                items.getLast().time(),
                RunEvent.Kind.TICK,
                Map.of("silent_seconds", "100000")));
        SortedMap<String, String> written = live(items, folder.resolve("live"));
        assertEquals(
                List.of("spike-recorded-200-loss_spike.jsonl", "spike-recorded-203-stalled.jsonl"),
                List.copyOf(written.keySet()));
        assertEquals(written, late(items, 0, folder.resolve("late")));
    }

    @Test
    void aBrokerThatIsAwayDelaysALog() {
        Topic topic = new Topic(Recorded.eventful());
        boolean[] away = {true};
        try (FlightRecorder recorder = new FlightRecorder(
                folder.resolve("away"),
                (run, partition, first, last) -> {
                    if (away[0]) {
                        throw new KafkaException("away");
                    }
                    return topic.read(run, partition, first, last);
                },
                said::add)) {
            topic.judge(topic.items.size()).forEach(recorder::accept);
            finish(recorder);
            assertEquals(List.of(), said);
            away[0] = false;
            finish(recorder);
            assertEquals(3, said.size(), said.toString());
        } finally {
            topic.close();
        }
    }

    /** Judged as it comes. */
    private SortedMap<String, String> live(List<Telemetry> items, Path logs) {
        Topic topic = new Topic(items);
        try (FlightRecorder recorder = new FlightRecorder(logs, topic::read, said::add)) {
            for (int i = 0; i < items.size(); i++) {
                topic.sent = i + 1;
                recorder.accept(items.get(i));
                topic.judge(1).forEach(recorder::accept);
                finish(recorder);
            }
        } finally {
            topic.close();
        }
        return files(logs);
    }

    /** Read from an offset to its end before anything is judged. */
    private SortedMap<String, String> late(List<Telemetry> items, int from, Path logs) {
        Topic topic = new Topic(items);
        try (FlightRecorder recorder = new FlightRecorder(logs, topic::read, said::add)) {
            items.subList(from, items.size()).forEach(recorder::accept);
            topic.judge(items.size()).forEach(recorder::accept);
            finish(recorder);
        } finally {
            topic.close();
        }
        return files(logs);
    }

    private static void finish(FlightRecorder recorder) {
        while (recorder.advance()) {
            // Goes on.
        }
    }

    private static SortedMap<String, String> files(Path logs) {
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(logs)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** An incident that goes on for longer than a log is. */
    private static List<Telemetry> lasting() {
        List<Telemetry> items = new ArrayList<>(Recorded.healthy(3, 1200, true, false));
        items.replaceAll(item -> item.step() < 300 || item.step() > 1000 ? item : Recorded.frame(item.step(), 9, 4));
        return items;
    }

    /** A run that went back without a word, and spiked where it had been before. */
    private static List<Telemetry> wentBack() {
        List<Telemetry> items = new ArrayList<>(Recorded.healthy(3, 600, true, false));
        Origin restarted = new Origin(Recorded.RUN, 1, new UUID(0, 2), 0);
        for (Frame frame : Recorded.healthy(4, 600, true, false)) {
            if (frame.step() >= 400) {
                Scalars scalars = frame.step() == 500
                        ? new Scalars.Builder().put(Scalars.LOSS, Double.NaN).build()
                        : frame.scalars();
                items.add(new Frame(
                        restarted, frame.seq(), frame.step(), frame.time(), scalars, frame.sites(), frame.batch()));
            }
        }
        items.add(RunEvent.of(restarted, 700, 600, items.getLast().time(), RunEvent.Kind.END, Map.of()));
        return items;
    }

    /** Between the items of two others. */
    private static List<Telemetry> withNeighbours() {
        List<Telemetry> items = new ArrayList<>();
        for (Telemetry item : Recorded.eventful()) {
            for (String name : List.of("left", "recorded", "right")) {
                Origin origin = new Origin(new RunId(name), 0, Recorded.ORIGIN.writer(), 0);
                items.add(
                        switch (item) {
                            case Frame frame ->
                                new Frame(
                                        origin,
                                        frame.seq(),
                                        frame.step(),
                                        frame.time(),
                                        frame.scalars(),
                                        frame.sites(),
                                        frame.batch());
                            case RunEvent event ->
                                RunEvent.of(
                                        origin, event.seq(), event.step(), event.time(), event.kind(), event.details());
                        });
            }
        }
        return items;
    }

    /** The topics without a broker. */
    private final class Topic implements AutoCloseable {
        private final List<Telemetry> items;
        private final TopologyTestDriver driver;
        private final TestInputTopic<String, byte[]> telemetry;
        private final TestOutputTopic<String, byte[]> incidents;
        private int sent;
        private int judged;

        private Topic(List<Telemetry> items) {
            this.items = items;
            this.sent = items.size();
            Properties settings = new Properties();
            settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
            settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
            settings.put(
                    StreamsConfig.STATE_DIR_CONFIG, folder.resolve("streams").toString());
            this.driver = new TopologyTestDriver(Watch.topology(Topics.STANDARD, Settings.DEFAULTS), settings);
            this.telemetry = driver.createInputTopic(
                    Topics.STANDARD.telemetry(), new StringSerializer(), new ByteArraySerializer());
            this.incidents = driver.createOutputTopic(
                    Topics.STANDARD.incidents(), new StringDeserializer(), new ByteArrayDeserializer());
        }

        /** What is said of the next so many items. */
        private List<Judged> judge(int count) {
            for (Telemetry item : items.subList(judged, judged + count)) {
                telemetry.pipeInput(item.origin().run().value(), Codec.smile(item));
            }
            judged += count;
            return incidents.readValuesToList().stream().map(Judged::decode).toList();
        }

        private FrameReader read(RunId run, int partition, long first, long last) {
            assertEquals(0, partition);
            int end = (int) Math.min(sent - 1, last) + 1;
            List<String> lines = items.subList((int) Math.min(end, Math.max(first, retained)), end).stream()
                    .filter(item -> item.origin().run().equals(run))
                    .map(item -> new String(Codec.json(item), StandardCharsets.UTF_8))
                    .toList();
            try {
                Path file = Files.write(Files.createTempFile(folder, "past", ".jsonl"), lines);
                return FrameReader.file(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            driver.close();
        }
    }
}
