package observatory.stream.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import observatory.probe.Command;
import observatory.probe.Frame;
import observatory.probe.Instruments;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Schedule;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Audit;
import observatory.stream.control.Keys;
import observatory.stream.control.Operator;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that trains and knows nothing of the observatory is attached to, watched through a real broker, and let go. */
class AttachIT {
    /** As valid as a command may be, and waiting as long: a loaded machine takes its time. */
    private static final Operator.Manner PATIENT =
            new Operator.Manner(false, Duration.ofSeconds(60), Duration.ofSeconds(60));

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void nothingIsLeftRunning() {
        children.forEach(Process::destroyForcibly);
    }

    @Test
    void aTrainerIsWatchedWhileAttachedAndItsWeightsAreWhatTheyWouldHaveBeen() throws Exception {
        Process alone = trainer("alone");
        Process child = trainer("watched");
        JvmAttach jvm = new JvmAttach(child.pid());
        try (Broker broker = Broker.start(folder.resolve("broker"), 0);
                Admin admin = Admin.create(
                        Map.<String, Object>of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()))) {
            Topics.STANDARD.create(admin, 1);
            assertEquals("watched rank 0", attach(jvm, broker));
            AttachException twice = assertThrows(AttachException.class, () -> attach(jvm, broker));
            assertTrue(twice.getMessage().contains("already attached"), twice.getMessage());

            List<Telemetry> heard = new ArrayList<>();
            try (FrameReader reader =
                    new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(new RunId("watched")))) {
                hear(reader, heard, () -> frames(heard).size() >= 20);
                assertEquals("watched rank 0", jvm.detach());
                hear(reader, heard, () -> kind(heard.getLast()) == RunEvent.Kind.END);
                check(heard);
                AttachException nothing = assertThrows(AttachException.class, jvm::detach);
                assertTrue(nothing.getMessage().contains("nothing is attached"), nothing.getMessage());

                Path key = folder.resolve("alice.key");
                String trusted = Keys.create(key, "alice");
                jvm.attach(
                        Connection.to(broker.bootstrap()),
                        Topics.STANDARD,
                        folder.resolve("spool"),
                        Pack.CONTINUOUS,
                        new Operators(List.of(trusted), 0.05, Set.of(Pack.CONTINUOUS)));
                int before = heard.size();
                hear(reader, heard, () -> heard.size() > before + 3);
                assertEquals(RunEvent.Kind.START, kind(heard.get(before)), "attached again, it says again what it is");
                assertEquals(heard.get(before - 1).seq() + 1, heard.get(before).seq());
                command(broker, reader, heard, key);
            }
        }
        assertEquals(firstLine(alone), firstLine(child), "watched and unwatched weights");
        assertEquals(
                "kafka null", lastLine(child), "libraries of the observatory stay out of the trainer's class path");
    }

    @Test
    void whatCannotBeAttachedToIsAnsweredInOneSentence() throws Exception {
        AttachException nobody = assertThrows(AttachException.class, () -> new JvmAttach(Integer.MAX_VALUE).detach());
        assertTrue(nobody.getMessage().contains("no process 2147483647"), nobody.getMessage());

        Process shell = new ProcessBuilder("sleep", "600").start();
        children.add(shell);
        AttachException none = assertThrows(AttachException.class, () -> new JvmAttach(shell.pid()).detach());
        assertTrue(none.getMessage().contains("it is no JVM"), none.getMessage());
        assertTrue(none.getMessage().chars().noneMatch(Character::isISOControl), none.getMessage());
        Process idle = start(List.of("-cp", classes(PlainTrainer.class), "observatory.stream.attach.Idle"));
        assertEquals("started", firstLine(idle));
        AttachException other = assertThrows(AttachException.class, () -> new JvmAttach(idle.pid()).detach());
        assertTrue(other.getMessage().contains("has instruments"), other.getMessage());
        Process closed = start(List.of(
                "-XX:-EnableDynamicAgentLoading",
                "-cp",
                classes(PlainTrainer.class),
                "observatory.stream.attach.Idle"));
        assertEquals("started", firstLine(closed));
        AttachException refused = assertThrows(AttachException.class, () -> new JvmAttach(closed.pid()).detach());
        assertTrue(refused.getMessage().contains("-XX:+EnableDynamicAgentLoading"), refused.getMessage());
    }

    /** The probes of the attached trainer change by a signed command over the control topic, which the run answers. */
    private static void command(Broker broker, FrameReader reader, List<Telemetry> heard, Path key) throws Exception {
        Operator alice = new Operator(
                Connection.to(broker.bootstrap()),
                Topics.STANDARD,
                "alice",
                Keys.privateKey(key),
                InstantSource.system());
        Command add = new ProbeCommand.Add("weight-spectrum", Schedule.everyStep(), Duration.ofMinutes(1));
        String answer = alice.give(new RunId("watched"), add, PATIENT)
                .map(Audit::result)
                .orElse("no answer");
        assertEquals("accepted", answer);
        assertEquals(
                "refused: this run does not allow the profile profile; it allows continuous",
                alice.give(new RunId("watched"), new ProbeCommand.Profile(Pack.PROFILE, Duration.ofMinutes(1)), PATIENT)
                        .map(audit -> audit.result() + ": " + audit.reason())
                        .orElse("no answer"));
        int before = heard.size();
        hear(
                reader,
                heard,
                () -> frames(heard.subList(before, heard.size())).stream()
                        .anyMatch(frame -> frame.sites().column("eigenvalue").isPresent()));
        RunEvent applied = heard.stream()
                .filter(RunEvent.class::isInstance)
                .map(RunEvent.class::cast)
                .filter(event -> event.kind() == RunEvent.Kind.COMMAND)
                .findFirst()
                .orElseThrow();
        assertEquals("applied", applied.details().get("outcome"));
        assertEquals("alice", applied.details().get("operator"));
    }

    private static void check(List<Telemetry> heard) {
        RunEvent start = (RunEvent) heard.getFirst();
        assertEquals(RunEvent.Kind.START, start.kind());
        assertEquals("least squares", start.details().get("model"));
        List<Frame> frames = frames(heard);
        for (int i = 0; i < frames.size(); i++) {
            assertEquals(frames.getFirst().step() + i, frames.get(i).step(), "every step from the first on");
            assertTrue(frames.get(i).scalars().find(Scalars.LOSS).isPresent());
        }
        // Of a step this short the governor soon lets the probes see only some.
        assertTrue(frames.getFirst().sites().column("rms").isPresent());
        assertTrue(frames.getFirst().sites().column("update_ratio").isPresent());
    }

    private String attach(JvmAttach jvm, Broker broker) throws AttachException {
        return jvm.attach(
                Connection.to(broker.bootstrap()),
                Topics.STANDARD,
                folder.resolve("spool"),
                Pack.PROFILE,
                Operators.NOBODY);
    }

    private Process trainer(String run) throws Exception {
        String path = classes(PlainTrainer.class) + File.pathSeparator + classes(Instruments.class);
        return start(List.of("-cp", path, PlainTrainer.class.getName(), run));
    }

    private Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        Process child = new ProcessBuilder(command)
                .redirectError(
                        folder.resolve("child-" + children.size() + ".err").toFile())
                .start();
        children.add(child);
        return child;
    }

    private static String classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static String firstLine(Process child) throws IOException {
        return child.inputReader().readLine();
    }

    /** Ends the child in order and returns the last line it printed. */
    private static String lastLine(Process child) throws IOException {
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
        String last = null;
        for (String line = child.inputReader().readLine();
                line != null;
                line = child.inputReader().readLine()) {
            last = line;
        }
        return last;
    }

    private static void hear(FrameReader reader, List<Telemetry> heard, BooleanSupplier enough) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!enough.getAsBoolean()) {
            heard.addAll(reader.poll());
            assertTrue(System.nanoTime() < deadline, () -> "heard so far: " + heard.size());
        }
    }

    private static List<Frame> frames(List<Telemetry> heard) {
        return heard.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
    }

    private static RunEvent.Kind kind(Telemetry item) {
        return item instanceof RunEvent event ? event.kind() : null;
    }
}
