package observatory.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.metrics.MetricsEndpoint;
import observatory.stream.metrics.StreamMetrics;
import observatory.stream.spool.History;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import observatory.stream.wire.Codec;
import observatory.stream.wire.CodecException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes from other programs, other clocks and other versions; what readers get beside the telemetry. */
class OtherProducersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern SCRIPT = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL);

    @TempDir
    static Path folder;

    private static Broker broker;
    private static Connection connection;

    @BeforeAll
    static void start() throws Exception {
        broker = Broker.start(folder.resolve("broker"), 0);
        connection = Connection.to(broker.bootstrap());
        try (Admin admin = connection.admin()) {
            assertEquals(8, Topics.STANDARD.create(admin, 1).size());
            assertEquals(List.of(), Topics.STANDARD.create(admin, 1), "what exists stays");
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void theScriptOfTheDocumentationIsAProducer() throws Exception {
        Assumptions.assumeTrue(pythonIsThere(), "no python3 on this machine: the script of docs/wire.md was not run");
        Matcher script = SCRIPT.matcher(Files.readString(Path.of("..", "docs", "wire.md")));
        assertTrue(script.find());
        Path file = Files.writeString(folder.resolve("producer.py"), script.group(1));
        Path lines = folder.resolve("lines.txt");
        run(List.of("python3", file.toString()), lines, folder.resolve("nothing"));
        run(
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.apache.kafka.tools.ConsoleProducer",
                        "--bootstrap-server",
                        broker.bootstrap(),
                        "--topic",
                        Topics.STANDARD.telemetry(),
                        "--property",
                        "parse.key=true"),
                folder.resolve("said.txt"),
                lines);
        List<Telemetry> items = read(new RunId("my-run"), 4);
        assertEquals(List.of(0L, 1L, 2L, 3L), items.stream().map(Telemetry::seq).toList());
        double[] losses = items.stream()
                .mapToDouble(item -> ((Frame) item).scalars().find("loss").orElseThrow())
                .toArray();
        Assertions.assertArrayEquals(new double[] {5.55, 4.21, Double.NaN, Double.POSITIVE_INFINITY}, losses);
        assertEquals(
                4.0,
                ((Frame) items.getLast()).sites().column("rms").orElseThrow().values()[0]);
    }

    @Test
    void clocksThatAreHoursOffOrJumpChangeNothing() throws Exception {
        Origin origin = Frames.origin("clocks", new UUID(1, 1));
        long now = System.currentTimeMillis();
        long hour = Duration.ofHours(1).toMillis();
        long[] stamps = {now + 2 * hour, now - 2 * hour, now, now + 2 * hour, now - 72 * hour, now + 1};
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(connection.producer(Map.of()))) {
            for (int seq = 0; seq < stamps.length; seq++) {
                Frame plain = Frames.frame(origin, seq);
                Frame frame = new Frame(
                        origin,
                        seq,
                        seq,
                        Instant.ofEpochMilli(stamps[seq]),
                        plain.scalars(),
                        plain.sites(),
                        plain.batch());
                producer.send(new ProducerRecord<>(
                                Topics.STANDARD.telemetry(), null, stamps[seq], "clocks", Codec.json(frame)))
                        .get();
            }
        }
        List<Telemetry> items = read(origin.run(), stamps.length);
        for (int seq = 0; seq < stamps.length; seq++) {
            assertEquals(seq, items.get(seq).seq());
            assertEquals(stamps[seq], items.get(seq).time().toEpochMilli());
        }
    }

    @Test
    void aLongRunIsThereAtOnceAsHistory() throws Exception {
        Origin origin = Frames.origin("long", new UUID(2, 2));
        int steps = 20 * History.STEPS;
        try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(connection);
            for (int seq = 0; seq < steps; seq++) {
                Frame frame = Frames.wide(origin, seq, 10);
                while (!spool.offer(frame)) {
                    LockSupport.parkNanos(100_000);
                }
            }
            assertTrue(spool.drain(PATIENCE), sender.trouble());
        }
        List<Frame> history = HistoryReader.read(connection, Topics.STANDARD, origin.run());
        assertEquals(20, history.size());
        for (int bucket = 0; bucket < 20; bucket++) {
            assertEquals(
                    bucket * History.STEPS,
                    history.get(bucket).scalars().find(History.FIRST_STEP).orElseThrow());
            assertEquals(
                    10,
                    history.get(bucket).sites().column("rms.max").orElseThrow().size());
        }
        List<Runs.Run> runs = Runs.list(connection, Topics.STANDARD);
        Runs.Run run = runs.stream()
                .filter(one -> one.run().equals("long"))
                .findFirst()
                .orElseThrow();
        Instant seen = run.lastSeen().orElseThrow();
        assertEquals(RunState.SILENT, run.state(seen.plusSeconds(101)));
        assertEquals(RunState.RUNNING, waiting(run, 3).state(seen.plusSeconds(1)));
        assertEquals(RunState.SPOOLING, waiting(run, 5000).state(seen.plusSeconds(1)));
    }

    @Test
    void deadLettersThatCanBeReadByNowGoBack() throws Exception {
        Origin origin = Frames.origin("letters", new UUID(3, 3));
        CodecException why = new CodecException(CodecException.Reason.SCHEMA_TOO_NEW, "version 2 ".repeat(50));
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(connection.producer(Map.of()))) {
            for (byte[] value : List.of(Codec.json(Frames.frame(origin, 0)), "still nothing".getBytes())) {
                producer.send(new ProducerRecord<>(
                                Topics.STANDARD.deadLetters(),
                                null,
                                null,
                                "key",
                                value,
                                DeadLetters.headers(why, "observatory.telemetry.v1", 3, 77)))
                        .get();
            }
        }
        List<DeadLetters.Letter> letters = DeadLetters.list(connection, Topics.STANDARD);
        assertEquals(2, letters.size());
        assertEquals("schema_too_new", letters.getFirst().reason());
        assertEquals(77, letters.getFirst().offset());
        assertEquals(200, letters.getFirst().message().length());
        DeadLetters.Replay first = DeadLetters.replay(connection, Topics.STANDARD);
        assertEquals(new DeadLetters.Replay(1, 1, Map.of("malformed", 1)), first);
        DeadLetters.replay(connection, Topics.STANDARD);
        assertEquals(1, read(origin.run(), 1).size(), "replaying twice does no harm");
    }

    @Test
    void everyReaderSeesTheSameWhereverTheRecordsLie() throws Exception {
        Origin origin = Frames.origin("everywhere", new UUID(4, 4));
        List<Telemetry> sent = new ArrayList<>();
        Path lines = folder.resolve("everywhere.jsonl");
        StringBuilder text = new StringBuilder("{\"type\":\"spike-log\",\"v\":1}\n");
        try (Spool spool = new Spool(folder.resolve("everywhere"), origin.writer(), 1L << 30)) {
            for (int seq = 0; seq < 50; seq++) {
                Telemetry item = seq == 0 ? Frames.event(origin, 0, RunEvent.Kind.START) : Frames.frame(origin, seq);
                sent.add(item);
                assertTrue(spool.offer(item));
                text.append(new String(Codec.json(item))).append('\n');
            }
            Await.until("all of it on disk", () -> spool.kept() == 50);
            Files.writeString(lines, text);
            Path own = folder.resolve("everywhere").resolve(origin.writer().toString());
            try (FrameReader fromSpool = FrameReader.spool(own);
                    FrameReader fromFile = FrameReader.file(lines)) {
                assertEquals(sent, all(fromSpool), "while it is being written");
                assertEquals(sent, all(fromFile));
                assertEquals(1, fromFile.unreadable(), "the head of a spike log is no telemetry");
            }
        }
    }

    @Test
    void whatThisProgramDoesCanBeScraped() throws Exception {
        Origin origin = Frames.origin("scraped", new UUID(5, 5));
        try (MetricsEndpoint endpoint = MetricsEndpoint.start(0, "1.2.3");
                Spool spool = new Spool(folder.resolve("scraped"), origin.writer(), 1L << 30)) {
            AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH); // it looks from before the first frame
            StreamMetrics metrics = new StreamMetrics(endpoint.registry(), now::get);
            now.set(Instant.now());
            metrics.watch(spool, "scraped", 1L << 30);
            for (int seq = 0; seq < 7; seq++) {
                spool.offer(Frames.frame(origin, seq));
                metrics.read(Frames.frame(origin, seq));
            }
            Await.until("all of it on disk", () -> spool.kept() == 7);
            String text = scrape(endpoint.port());
            for (String line : List.of(
                    "observatory_build_info{version=\"1.2.3\"} 1",
                    "observatory_records_total{outcome=\"captured\",run=\"scraped\"} 7.0",
                    "observatory_records_total{outcome=\"delivered\",run=\"scraped\"} 0.0",
                    "observatory_records_total{outcome=\"spooled\",run=\"scraped\"} 7.0",
                    "observatory_spool_oldest_record_timestamp_seconds 0.0",
                    "observatory_records_spooled{run=\"scraped\"} 7",
                    "observatory_spool_limit_bytes 1.073741824E9",
                    "observatory_run_step{run=\"scraped\"} 6",
                    "observatory_run_loss{run=\"scraped\"} 0.714",
                    "observatory_end_to_end_delay_seconds_count 7")) {
                assertTrue(text.contains("\n" + line), line + " in\n" + text);
            }
            assertTrue(text.endsWith("\n"));
        }
    }

    private static Runs.Run waiting(Runs.Run run, long spooled) {
        return new Runs.Run(
                run.run(),
                run.incarnation(),
                run.started(),
                run.ended(),
                run.reason(),
                run.lastSeen(),
                run.lastStep(),
                spooled,
                run.manifest());
    }

    private static String scrape(int port) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            assertTrue(
                    answer.headers().firstValue("Content-Type").orElseThrow().startsWith("text/plain; version=0.0.4"));
            return answer.body();
        }
    }

    private static List<Telemetry> all(FrameReader reader) {
        List<Telemetry> items = new ArrayList<>();
        while (!reader.atTheEnd()) {
            items.addAll(reader.poll());
        }
        return items;
    }

    private static List<Telemetry> read(RunId run, int count) {
        List<Telemetry> items = new ArrayList<>();
        try (FrameReader reader = new FrameReader(connection, Topics.STANDARD, Optional.of(run))) {
            Await.until("all is read", () -> {
                items.addAll(reader.poll());
                return reader.atTheEnd() && items.size() >= count;
            });
            assertEquals(0, reader.missing());
        }
        return items;
    }

    private static boolean pythonIsThere() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static void run(List<String> command, Path output, Path input) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors.txt").toFile());
        if (Files.exists(input)) {
            builder.redirectInput(input.toFile());
        }
        assertEquals(0, builder.start().waitFor(), () -> command + ": " + readable(folder.resolve("errors.txt")));
    }

    private static String readable(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
