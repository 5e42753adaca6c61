package observatory.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import observatory.analysis.detector.Settings;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.cluster.Topics;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
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

    @Test
    void aFloodOfPoisonIsKeptInPartCountedInFullAndToldToItsRun() {
        int flood = 3 * Refusals.BURST;
        DeadLetterCounts counts = new DeadLetterCounts();
        try (TopologyTestDriver driver = driver(counts)) {
            TestInputTopic<String, byte[]> telemetry = telemetry(driver);
            telemetry.pipeInput(
                    Recorded.RUN.value(), Codec.smile(Recorded.eventful().get(5)));
            for (int i = 0; i < flood; i++) {
                telemetry.pipeInput(Recorded.RUN.value(), "poison".getBytes(StandardCharsets.UTF_8));
            }
            telemetry.pipeInput("neighbour", "poison".getBytes(StandardCharsets.UTF_8));
            assertEquals(Refusals.BURST + 1, letters(driver).size(), "another producer's letters are not crowded out");
            assertEquals(flood + 1, counts.of(CodecException.Reason.MALFORMED));
            driver.advanceWallClockTime(Duration.ofMillis(Silence.EVERY_MILLIS));
            Incident told = latest(said(driver).stream()
                            .filter(judged -> judged.run().equals(Recorded.RUN))
                            .toList())
                    .getFirst();
            assertEquals(Kind.TELEMETRY_LOST, told.kind());
            assertEquals(Severity.WARNING, told.severity());
            assertTrue(told.summary().contains(flood + " records"), told.summary());
            assertEquals(
                    Integer.toString(flood - Refusals.BURST),
                    told.evidence().facts().get("not_kept").toString());
            telemetry.pipeInput(Recorded.RUN.value(), "poison".getBytes(StandardCharsets.UTF_8));
            assertEquals(1, letters(driver).size(), "after a while there is room again");
            driver.advanceWallClockTime(Duration.ofMillis(Silence.EVERY_MILLIS));
            assertEquals(List.of(), said(driver), "one more is no news");
        }
    }

    @Test
    void everyKindOfPoisonIsSetAsideAndItsNeighboursAreJudged() {
        Random random = new Random(23);
        List<byte[]> poison = new ArrayList<>();
        byte[] good = Codec.smile(Recorded.eventful().get(5));
        byte[] noise = new byte[500];
        random.nextBytes(noise);
        poison.add(noise);
        poison.add(new byte[0]);
        poison.add(null);
        poison.add(Arrays.copyOf(good, good.length / 2)); // cut
        poison.add(new byte[(1 << 20) + 1]); // a megabyte and one byte
        poison.add(":)\u0001wrong magic".getBytes(StandardCharsets.UTF_8));
        poison.add("[".repeat(10_000).getBytes(StandardCharsets.UTF_8)); // deep
        poison.add(document().replace("\"rank\":0", "\"rank\":{}")); // wrong types
        poison.add(document().replace("\"step\":7", "\"step\":\"seven\""));
        poison.add(document().replace("\"v\":1", "\"v\":99"));
        try (TopologyTestDriver driver = driver()) {
            TestInputTopic<String, byte[]> telemetry = telemetry(driver);
            List<Telemetry> items = Recorded.eventful();
            for (int i = 0; i < items.size(); i++) {
                telemetry.pipeInput(Recorded.RUN.value(), Codec.smile(items.get(i)));
                if (i % 60 == 30 && i / 60 < poison.size()) {
                    telemetry.pipeInput("poison", poison.get(i / 60));
                }
            }
            List<TestRecord<String, byte[]>> letters = letters(driver);
            assertEquals(poison.size(), letters.size(), "all of them, and nothing else");
            for (int i = 0; i < poison.size(); i++) {
                assertArrayEquals(poison.get(i), letters.get(i).value(), "as it came");
                for (String name :
                        List.of("reason", "topic", "partition", "offset", "schema", "exception", "message")) {
                    assertFalse(header(letters.get(i), name).isEmpty(), name + " of " + i);
                }
            }
            RunWatch alone = RunWatch.of(Recorded.RUN);
            items.forEach(alone::accept);
            assertEquals(alone.incidents(), latest(said(driver)), "good neighbours unharmed");
        }
    }

    /** A trainer that dies while the analysis is begun anew is found silent all the same, one that has ended is not. */
    @Test
    void aRunThatFallsSilentWhileNobodyWatchesIsFoundSilent() {
        List<Telemetry> items = Recorded.eventful().subList(0, 40);
        Map<String, byte[]> left = new TreeMap<>();
        try (TopologyTestDriver driver = driver()) {
            TestInputTopic<String, byte[]> telemetry = telemetry(driver);
            items.forEach(item -> telemetry.pipeInput(Recorded.RUN.value(), Codec.smile(item)));
            driver.advanceWallClockTime(Duration.ofMillis(Silence.EVERY_MILLIS));
            driver.<String, byte[]>getKeyValueStore("runs").all().forEachRemaining(one -> left.put(one.key, one.value));
        }
        Silence next = new Silence();
        try (TopologyTestDriver driver = driver()) {
            left.forEach(driver.<String, byte[]>getKeyValueStore("runs")::put);
            RunStore store = new RunStore(driver.getKeyValueStore("runs"), Settings.DEFAULTS);
            store.silences().forEach(kept -> next.resume(kept, 1_000_000));
            assertEquals(List.of(), next.ticks(new Remarks(), 1_029_000), "the time between counts for nothing");
            RunEvent tick = next.ticks(new Remarks(), 1_030_000).getFirst();
            assertEquals(Recorded.RUN, tick.origin().run());
            assertEquals(items.getLast().step(), tick.step());
            next.keep(store::keep);
            Silence third = new Silence();
            store.silences().forEach(kept -> third.resume(kept, 2_000_000));
            assertEquals(
                    List.of(), third.ticks(new Remarks(), 2_029_000), "it goes on at 30 s and is told again at 60 s");
            assertEquals(
                    "60",
                    third.ticks(new Remarks(), 2_030_000).getFirst().details().get("silent_seconds"));
            third.heard(Recorded.eventful().getLast(), 2_031_000);
            third.keep(store::keep);
            assertEquals(List.of(), store.silences(), "a run that has ended is not waited for");
        }
    }

    @Test
    void aFrameThatTravelsInPartsIsJudgedAsOne() {
        List<Telemetry> items = new ArrayList<>();
        for (int step = 0; step < 100; step++) {
            items.add(wide(step, step == 90 ? 3 : 0));
        }
        Telemetry last = items.getLast();
        items.add(RunEvent.of(last.origin(), last.seq() + 1, 100, last.time(), RunEvent.Kind.END, Map.of()));
        RunWatch whole = RunWatch.of(Recorded.RUN);
        items.forEach(whole::accept);
        assertFalse(whole.incidents().isEmpty());
        try (TopologyTestDriver driver = driver()) {
            TestInputTopic<String, byte[]> telemetry = telemetry(driver);
            for (Telemetry item : items) {
                List<byte[]> parts = Codec.records(item);
                assertEquals(item instanceof Frame, parts.size() > 1);
                parts.forEach(part -> telemetry.pipeInput(Recorded.RUN.value(), part));
            }
            assertEquals(whole.incidents(), latest(said(driver)));
        }
    }

    /** 5,000 sites; the last of them has so many NaN. */
    private static Frame wide(int step, int nan) {
        int count = 5000;
        List<Site> sites = IntStream.range(0, count)
                .mapToObj(layer -> Site.of(Hook.RESIDUAL, layer))
                .toList();
        double[] values = new double[count];
        values[count - 1] = nan;
        Column column = new Column("nan", IntStream.range(0, count).toArray(), values);
        Scalars scalars =
                new Scalars.Builder().put(Scalars.LOSS, 2 + Math.sin(step)).build();
        return Recorded.frame(step, scalars, new Sites(sites, List.of(column)));
    }

    private static Replaceable document() {
        return new Replaceable(new String(Codec.json(Recorded.eventful().get(6)), StandardCharsets.UTF_8));
    }

    /** A document in which exactly one thing is changed. */
    private record Replaceable(String text) {
        byte[] replace(String what, String by) {
            assertTrue(text.contains(what), what + " in " + text);
            return text.replace(what, by).getBytes(StandardCharsets.UTF_8);
        }
    }

    private static List<Judged> said(TopologyTestDriver driver) {
        return incidents(driver).readValuesToList().stream().map(Judged::decode).toList();
    }

    private static List<TestRecord<String, byte[]>> letters(TopologyTestDriver driver) {
        return driver.createOutputTopic(TOPICS.deadLetters(), new StringDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    private static List<Incident> latest(List<Judged> said) {
        SortedMap<Integer, Incident> latest = new TreeMap<>();
        for (Judged judged : said) {
            if (judged instanceof Judged.Of of) {
                latest.put(of.incident().id(), of.incident());
            }
        }
        return List.copyOf(latest.values());
    }

    private static String header(TestRecord<String, byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private TopologyTestDriver driver() {
        return driver(new DeadLetterCounts());
    }

    private TopologyTestDriver driver(DeadLetterCounts counts) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        return new TopologyTestDriver(Watch.topology(TOPICS, Settings.DEFAULTS, counts), settings);
    }

    private static TestInputTopic<String, byte[]> telemetry(TopologyTestDriver driver) {
        return driver.createInputTopic(TOPICS.telemetry(), new StringSerializer(), new ByteArraySerializer());
    }

    private static TestOutputTopic<String, byte[]> incidents(TopologyTestDriver driver) {
        return driver.createOutputTopic(TOPICS.incidents(), new StringDeserializer(), new ByteArrayDeserializer());
    }
}
