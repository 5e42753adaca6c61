package observatory.stream.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Command;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.Request;
import observatory.probe.RunId;
import observatory.probe.TrainerCommand;
import observatory.stream.Await;
import observatory.stream.FrameReader;
import observatory.stream.Frames;
import observatory.stream.attach.JvmAttach;
import observatory.stream.attach.Operators;
import observatory.stream.attach.PlainTrainer;
import observatory.stream.control.Audit;
import observatory.stream.control.AuditLog;
import observatory.stream.control.Gate;
import observatory.stream.control.Keys;
import observatory.stream.control.Operator;
import observatory.stream.control.TopicCommandSource;
import observatory.stream.doctor.Check;
import observatory.stream.doctor.Doctor;
import observatory.stream.spool.Sender;
import observatory.stream.spool.Spool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker with real certificates, passwords and permissions; and what a person is told when they do not fit. */
class SecureIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** Stands in every place a secret can stand in, and must never be seen. */
    private static final String CANARY = "canary4711secret";

    @TempDir
    static Path folder;

    private static final Map<String, Integer> PORTS = new LinkedHashMap<>();
    private static Certificates certificates;
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates(folder, CANARY);
        for (String listener : List.of("GOOD", "EXPIRED", "ELSEWHERE", "UNKNOWN", "MUTUAL", "SCRAM")) {
            PORTS.put(listener, freePort());
        }
        Map<String, String> settings = new HashMap<>();
        String all = PORTS.entrySet().stream()
                .map(one -> "," + one.getKey() + "://127.0.0.1:" + one.getValue())
                .collect(Collectors.joining());
        settings.put("listeners", all);
        settings.put("advertised.listeners", all);
        settings.put(
                "listener.security.protocol.map",
                ",GOOD:SSL,EXPIRED:SSL,ELSEWHERE:SSL,UNKNOWN:SSL,MUTUAL:SSL,SCRAM:SASL_SSL");
        listener(settings, "good", "good");
        listener(settings, "expired", "expired");
        listener(settings, "elsewhere", "elsewhere");
        listener(settings, "unknown", "self-signed");
        listener(settings, "mutual", "good");
        listener(settings, "scram", "good");
        settings.put("listener.name.mutual.ssl.client.auth", "required");
        settings.put(
                "listener.name.mutual.ssl.truststore.location",
                certificates.trust().toString());
        settings.put("listener.name.mutual.ssl.truststore.password", CANARY);
        settings.put("listener.name.scram.sasl.enabled.mechanisms", "SCRAM-SHA-256");
        settings.put(
                "listener.name.scram.scram-sha-256.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS;User:alice;User:CN=good");
        broker = Broker.start(
                folder.resolve("broker"),
                0,
                settings,
                List.of(
                        "SCRAM-SHA-256=[name=alice,password=" + CANARY + "]",
                        "SCRAM-SHA-256=[name=eve,password=" + CANARY + "]",
                        "SCRAM-SHA-256=[name=ann,password=" + CANARY + "]"));
        try (Admin admin = Connection.to(broker.bootstrap()).admin()) {
            Topics.STANDARD.create(admin, 1);
            // Who only looks, with what docs/cluster.md asks for.
            ResourcePattern ours = new ResourcePattern(ResourceType.TOPIC, "observatory.", PatternType.PREFIXED);
            admin.createAcls(Stream.of(AclOperation.READ, AclOperation.DESCRIBE)
                            .map(may -> new AclBinding(
                                    ours, new AccessControlEntry("User:ann", "*", may, AclPermissionType.ALLOW)))
                            .toList())
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void telemetryTravelsEncryptedAndAuthenticated() throws Exception {
        for (Connection connection : List.of(tls("GOOD", Map.of()), scram("alice", CANARY), mutual())) {
            Origin origin = Frames.origin("secure", UUID.randomUUID());
            try (Spool spool = new Spool(folder.resolve("spool"), origin.writer(), 1L << 30);
                    Sender sender = new Sender(spool, Topics.STANDARD)) {
                sender.connect(connection);
                for (int seq = 0; seq < 20; seq++) {
                    spool.offer(Frames.frame(origin, seq));
                }
                assertTrue(spool.drain(PATIENCE), sender.trouble());
            }
            try (FrameReader reader = new FrameReader(connection, Topics.STANDARD, Optional.of(new RunId("secure")))) {
                List<Long> seqs = new ArrayList<>();
                while (!reader.atTheEnd()) {
                    reader.poll().stream()
                            .filter(item -> item.origin().equals(origin))
                            .forEach(item -> seqs.add(item.seq()));
                }
                assertEquals(20, seqs.size());
            }
        }
    }

    @Test
    void eachWrongCertificateHasAnErrorOfItsOwn() {
        assertTold(tls("EXPIRED", Map.of()), KafkaErrors.Kind.TLS, "certificate has expired 7 d ago");
        assertTold(tls("ELSEWHERE", Map.of()), KafkaErrors.Kind.TLS, "certificate is for another host name");
        assertTold(tls("UNKNOWN", Map.of()), KafkaErrors.Kind.TLS, "signed by nobody this machine trusts");
        assertTold(tls("MUTUAL", Map.of()), KafkaErrors.Kind.TLS, "set ssl.keystore.location");
    }

    @Test
    void whoIsRefusedIsToldSo() {
        assertTold(scram("alice", "not the " + CANARY), KafkaErrors.Kind.DENIED, "refused the credentials");
        KafkaErrors.Explained denied = told(scram("eve", CANARY));
        assertEquals(KafkaErrors.Kind.DENIED, denied.kind(), denied.message());
    }

    /** Of which Kafka's clients tell only that time ran out. */
    @Test
    void aPortThatSpeaksOtherwiseIsNotTakenForOneThatIsClosed() throws Exception {
        TimeoutException out = new TimeoutException("Timed out waiting for a node assignment.");
        assertTold(
                out, at(port("GOOD"), Map.of()), KafkaErrors.Kind.TLS, "set security.protocol to SSL, or to SASL_SSL");
        assertTold(
                out,
                at(broker.bootstrap(), Map.of("security.protocol", "SASL_SSL")),
                KafkaErrors.Kind.TLS,
                "set security.protocol=SASL_PLAINTEXT");
        assertTold(out, tls("SCRAM", Map.of()), KafkaErrors.Kind.CANNOT_CONNECT, "SASL_SSL where it asks for a login");
        assertTold(out, at("127.0.0.1:" + freePort(), Map.of()), KafkaErrors.Kind.CANNOT_CONNECT, "nothing takes");
        try (ServerSocket hanging = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertTold(
                    out,
                    at("127.0.0.1:" + hanging.getLocalPort(), Map.of()),
                    KafkaErrors.Kind.CANNOT_CONNECT,
                    "says nothing");
        }
    }

    @Test
    void aSettingThatCannotBeIsNamed() {
        String nowhere = folder.resolve("nowhere.p12").toString();
        assertRefused(
                tls("GOOD", Map.of("ssl.truststore.location", nowhere)),
                "there is no file " + nowhere + "; correct ssl.truststore.location");
        assertRefused(
                tls("GOOD", Map.of("ssl.truststore.password", "not the " + CANARY)),
                "correct ssl.truststore.location or");
        assertRefused(
                tls("SCRAM", Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-256")),
                "correct sasl.jaas.config");
    }

    /** Nothing is to be sent yet, and the trouble is known all the same. */
    @Test
    void whoWouldSendIsToldBeforeThereIsAnything() throws Exception {
        try (Spool spool = new Spool(folder.resolve("empty"), UUID.randomUUID(), 1L << 30);
                Sender sender = new Sender(spool, Topics.STANDARD)) {
            sender.connect(scram("alice", "wrong"));
            Await.until("the refusal", () -> sender.trouble().contains("refused the credentials"));
            assertEquals(Optional.of(KafkaErrors.Kind.DENIED), sender.refusal());
            spool.offer(Frames.frame(Frames.origin("refused", UUID.randomUUID()), 0));
            assertFalse(sender.drain(Duration.ofDays(1)), "a password does not mend by waiting");
            sender.connect(scram("alice", CANARY));
            Await.until("that it is over", () -> sender.trouble().isEmpty());
            assertTrue(sender.drain(PATIENCE), sender.trouble());
            assertEquals(Optional.empty(), sender.refusal());
        }
    }

    @Test
    void aListenerThatTakesNoLoginsIsNotTakenForAWrongPassword() {
        assertTold(
                Connection.of(Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\""
                                + " password=\"" + CANARY + "\";")),
                KafkaErrors.Kind.DENIED,
                "does not take this way of logging in");
    }

    @Test
    void doctorSaysHowToMakeTheTopicsThatAreMissing() {
        Check missing = Doctor.examine(
                        folder,
                        Map.of(),
                        Optional.of(scram("alice", CANARY)),
                        new Topics("other."),
                        InstantSource.system())
                .stream()
                .filter(check -> check.outcome().failed())
                .reduce((one, other) -> {
                    throw new AssertionError("one cause, one failure: " + one + " and " + other);
                })
                .orElseThrow();
        assertEquals("topics", missing.name());
        assertEquals("run `observatory topics create --prefix other.`", missing.next());
    }

    @Test
    void doctorNamesTheCauseAndTheNextStepAndNoSecret() {
        List<Check> well = doctor(scram("alice", CANARY));
        assertEquals(
                List.of(),
                well.stream().filter(check -> check.outcome().failed()).toList());
        assertEquals(
                7,
                well.stream()
                                .filter(check -> check.outcome() == Check.Outcome.OK)
                                .count()
                        - machineOks(well));
        assertEquals(Check.Outcome.DENIED, Doctor.worst(doctor(scram("alice", "wrong"))));
        assertEquals(Check.Outcome.CANNOT_CONNECT, Doctor.worst(doctor(tls("EXPIRED", Map.of()))));
        assertEquals(Check.Outcome.DENIED, Doctor.worst(doctor(scram("eve", CANARY))));
        List<Check> looking = doctor(scram("ann", CANARY));
        assertEquals(Check.Outcome.WARNING, Doctor.worst(looking), looking::toString);
        assertEquals(
                List.of("may not [WRITE] observatory.telemetry.v1"),
                looking.stream()
                        .filter(check -> check.name().equals("permissions"))
                        .map(Check::found)
                        .toList());
        for (Connection connection : List.of(scram("alice", CANARY), scram("eve", CANARY), tls("EXPIRED", Map.of()))) {
            assertFalse(doctor(connection).toString().contains(CANARY));
            assertFalse(connection.toString().contains(CANARY));
        }
    }

    /** The trainer's JVM runs in another folder and has no class of Kafka among its own; and no secret is left behind. */
    @Test
    void aTrainerThatIsAttachedToLogsInAsWell() throws Exception {
        RunId run = new RunId("attached");
        Path relative = Path.of("").toAbsolutePath().relativize(certificates.trust());
        Connection connection = scram("alice", CANARY, Map.of("ssl.truststore.location", relative.toString()));
        Path child = Files.createDirectories(folder.resolve("child"));
        Process trainer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes(PlainTrainer.class) + File.pathSeparator + classes(RunId.class),
                        PlainTrainer.class.getName(),
                        run.value())
                .directory(child.toFile())
                .redirectError(child.resolve("err").toFile())
                .start();
        try (FrameReader reader = new FrameReader(connection, Topics.STANDARD, Optional.of(run))) {
            assertEquals(
                    "attached rank 0",
                    new JvmAttach(trainer.pid())
                            .attach(
                                    connection,
                                    Topics.STANDARD,
                                    child.resolve("spool"),
                                    Pack.CONTINUOUS,
                                    Operators.NOBODY));
            Await.until("a frame of the trainer", () -> reader.poll().stream().anyMatch(Frame.class::isInstance));
            assertFalse(Files.readString(child.resolve("err")).contains(CANARY));
        } finally {
            trainer.destroyForcibly();
        }
    }

    @Test
    void anOperatorsCommandReachesTheRunAndEveryAnswerIsAudited() throws Exception {
        RunId run = new RunId("controlled");
        Connection connection = scram("alice", CANARY);
        Path key = folder.resolve("operator.key");
        Keys.Trusted trusted = Keys.trusted(Keys.create(key, "alice"));
        Path stranger = folder.resolve("stranger.key");
        Keys.create(stranger, "mallory");
        InstantSource clock = InstantSource.system();
        Gate gate = new Gate(run, List.of(trusted), Gate.Limits.STANDARD, command -> 0, clock);
        Command pause = new TrainerCommand.Pause();
        Operator operator = new Operator(connection, Topics.STANDARD, "alice", Keys.privateKey(key), clock);
        Operator mallory = new Operator(connection, Topics.STANDARD, "mallory", Keys.privateKey(stranger), clock);
        try (TopicCommandSource commands = new TopicCommandSource(connection, Topics.STANDARD, run, gate, clock)) {
            Await.until("the run to listen", commands::listening);
            assertEquals(Optional.empty(), commands.poll());
            Operator.Manner patient = new Operator.Manner(false, Duration.ofSeconds(60), PATIENCE);
            Audit refusal = mallory.give(run, pause, patient).orElseThrow();
            assertEquals("refused", refusal.result());
            Audit answer = operator.give(run, pause, patient).orElseThrow();
            assertEquals("accepted", answer.result(), answer.reason());
            Request request = commands.poll().orElseThrow();
            assertEquals(pause, request.command());
            assertEquals("alice", request.operator());
            assertEquals(Optional.empty(), commands.poll(), "once");
        }
        List<Audit> audited = AuditLog.entries(connection, Topics.STANDARD).stream()
                .filter(entry -> entry.run().equals(run.value()))
                .toList();
        assertEquals(
                List.of("refused", "accepted"),
                audited.stream().map(Audit::result).toList());
    }

    private static long machineOks(List<Check> checks) {
        List<String> machine = List.of("java", "data directory", "spool", "display", "cuda");
        return checks.stream()
                .filter(check -> check.outcome() == Check.Outcome.OK && machine.contains(check.name()))
                .count();
    }

    private static List<Check> doctor(Connection connection) {
        return Doctor.examine(folder, Map.of(), Optional.of(connection), Topics.STANDARD, InstantSource.system());
    }

    private static void assertTold(Connection connection, KafkaErrors.Kind kind, String what) {
        KafkaErrors.Explained told = told(connection);
        assertEquals(kind, told.kind(), told.message());
        assertTrue(told.message().contains(what), told.message());
        assertTrue(told.message().contains(connection.bootstrap()), told.message());
        assertFalse(told.message().contains(CANARY), told.message());
    }

    private static void assertTold(Throwable error, Connection connection, KafkaErrors.Kind kind, String what) {
        KafkaErrors.Explained told = KafkaErrors.explain(error, connection);
        assertEquals(kind, told.kind(), told.message());
        assertTrue(told.message().contains(what), told.message());
    }

    private static void assertRefused(Connection connection, String what) {
        KafkaException error =
                assertThrows(KafkaException.class, () -> connection.admin().close());
        String told = KafkaErrors.explain(error, connection).message();
        assertTrue(told.contains(what), told);
        assertFalse(told.contains(CANARY), told);
    }

    private static KafkaErrors.Explained told(Connection connection) {
        try (Admin admin = connection.admin()) {
            ExecutionException error = assertThrows(
                    ExecutionException.class,
                    () -> Topics.STANDARD.missing(admin, 1).forEach(topic -> {
                        throw new AssertionError("eve may not see " + topic);
                    }));
            return KafkaErrors.explain(error.getCause(), connection);
        } catch (AssertionError e) {
            return deniedCreation(connection);
        }
    }

    /** Whoever may connect but has no permission sees no topics, and may create none. */
    private static KafkaErrors.Explained deniedCreation(Connection connection) {
        try (Admin admin = connection.admin()) {
            ExecutionException error = assertThrows(
                    ExecutionException.class,
                    () -> admin.describeTopics(List.of(Topics.STANDARD.telemetry()))
                            .allTopicNames()
                            .get(60, TimeUnit.SECONDS));
            return KafkaErrors.explain(error.getCause(), connection);
        }
    }

    private static void listener(Map<String, String> settings, String listener, String key) throws Exception {
        settings.put(
                "listener.name." + listener + ".ssl.keystore.location",
                certificates.keys(key).toString());
        settings.put("listener.name." + listener + ".ssl.keystore.password", CANARY);
        settings.put("listener.name." + listener + ".ssl.key.password", CANARY);
    }

    private static Connection tls(String listener, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.putIfAbsent("security.protocol", "SSL");
        settings.put("bootstrap.servers", port(listener));
        settings.putIfAbsent(
                "ssl.truststore.location", folder.resolve("trust.p12").toString());
        settings.putIfAbsent("ssl.truststore.password", CANARY);
        settings.put("default.api.timeout.ms", "20000");
        settings.put("request.timeout.ms", "10000");
        return Connection.of(settings);
    }

    private static Connection at(String bootstrap, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", bootstrap);
        return Connection.of(settings);
    }

    private static String port(String listener) {
        return "127.0.0.1:" + PORTS.get(listener);
    }

    private static Connection mutual() throws Exception {
        return tls(
                "MUTUAL",
                Map.of(
                        "ssl.keystore.location", certificates.keys("good").toString(),
                        "ssl.keystore.password", CANARY,
                        "ssl.key.password", CANARY));
    }

    private static Connection scram(String user, String password) {
        return scram(user, password, Map.of());
    }

    private static Connection scram(String user, String password, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("security.protocol", "SASL_SSL");
        settings.put("sasl.mechanism", "SCRAM-SHA-256");
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";");
        return tls("SCRAM", settings);
    }

    private static String classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
