package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.probe.Telemetry;
import observatory.stream.Codec;
import observatory.stream.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topology without a broker. */
class WatchTest {
    private static final Topics TOPICS = Topics.STANDARD;

    @TempDir
    Path folder;

    @Test
    void liveEqualsReplay() {
        List<Telemetry> items = Recorded.eventful();
        RunWatch replay = RunWatch.of(Recorded.RUN);
        items.forEach(replay::accept);
        try (TopologyTestDriver driver = driver()) {
            TestInputTopic<String, byte[]> telemetry = telemetry(driver);
            items.forEach(item -> telemetry.pipeInput(Recorded.RUN.value(), Codec.smile(item)));
            List<Judged> said = incidents(driver).readValuesToList().stream()
                    .map(Judged::decode)
                    .toList();
            assertEquals(replay.incidents(), latest(said));
            Judged.Watermark last = assertInstanceOf(Judged.Watermark.class, said.getLast());
            assertEquals(601, last.step());
        }
    }

    @Test
    void whatCannotBeReadGoesToTheDeadLettersWithItsReason() {
        try (TopologyTestDriver driver = driver()) {
            TestInputTopic<String, byte[]> telemetry = telemetry(driver);
            List<Telemetry> items = Recorded.eventful();
            for (int i = 0; i < items.size(); i++) {
                if (i == 100) {
                    telemetry.pipeInput("other", "no telemetry".getBytes(StandardCharsets.UTF_8));
                    telemetry.pipeInput("other", "{\"v\":9}".getBytes(StandardCharsets.UTF_8));
                }
                telemetry.pipeInput(Recorded.RUN.value(), Codec.json(items.get(i)));
            }
            List<TestRecord<String, byte[]>> letters = driver.createOutputTopic(
                            TOPICS.deadLetters(), new StringDeserializer(), new ByteArrayDeserializer())
                    .readRecordsToList();
            assertEquals(
                    List.of("malformed", "schema_too_new"),
                    letters.stream().map(letter -> header(letter, "reason")).toList());
            assertEquals("no telemetry", new String(letters.getFirst().value(), StandardCharsets.UTF_8));
            assertEquals(TOPICS.telemetry(), header(letters.getFirst(), "topic"));
            assertEquals("100", header(letters.getFirst(), "offset"));
            assertEquals(
                    3,
                    latest(incidents(driver).readValuesToList().stream()
                                    .map(Judged::decode)
                                    .toList())
                            .size());
        }
    }

    private static List<Incident> latest(List<Judged> said) {
        SortedMap<Integer, Incident> latest = new TreeMap<>();
        for (Judged judged : said) {
            if (judged instanceof Judged.Of(Incident incident)) {
                latest.put(incident.id(), incident);
            }
        }
        return List.copyOf(latest.values());
    }

    private static String header(TestRecord<String, byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private TopologyTestDriver driver() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        return new TopologyTestDriver(Watch.topology(TOPICS), settings);
    }

    private static TestInputTopic<String, byte[]> telemetry(TopologyTestDriver driver) {
        return driver.createInputTopic(TOPICS.telemetry(), new StringSerializer(), new ByteArraySerializer());
    }

    private static TestOutputTopic<String, byte[]> incidents(TopologyTestDriver driver) {
        return driver.createOutputTopic(TOPICS.incidents(), new StringDeserializer(), new ByteArrayDeserializer());
    }
}
