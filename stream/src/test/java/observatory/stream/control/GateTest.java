package observatory.stream.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import observatory.probe.Command;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.RunId;
import observatory.probe.Schedule;
import observatory.probe.TrainerCommand;
import observatory.stream.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    private static final RunId RUN = new RunId("watched");
    private static final Command PAUSE = new TrainerCommand.Pause();

    private final KeyPair alice = Keys.generate();
    private final KeyPair mallory = Keys.generate();
    private Instant now = Instant.parse("2026-11-27T12:00:00Z");
    private long sequence = 1;
    private final Gate gate = gate(List.of(Keys.trusted(Keys.line(alice.getPublic(), "alice"))));

    @Test
    void aSignedCommandPassesOnce() {
        byte[] record = signed(PAUSE);
        Gate.Decision decision = gate.decide(record);
        assertEquals(PAUSE, decision.request().orElseThrow().command());
        assertEquals("alice", decision.request().orElseThrow().operator());
        later(2);
        refused(record, "given before");
    }

    @Test
    void controlIsOffWithoutKeys() {
        assertTrue(gate(List.of()).decide(signed(PAUSE)).reason().contains("control is off"));
    }

    @Test
    void whatIsUnsignedDamagedOrSignedByOthersIsRefused() {
        refused("{\"command\":\"stop\"}".getBytes(), "unsigned");
        refused(new byte[0], "unsigned");
        refused(new byte[100_000], "at most");
        refused(null, "at most");
        refused(SignedCommand.sign(order(PAUSE), mallory.getPrivate()).encode(), "no key that this run trusts");
        SignedCommand good = SignedCommand.sign(order(PAUSE), alice.getPrivate());
        byte[] changed = new String(good.signed()).replace("pause", "stop!").getBytes();
        refused(new SignedCommand(changed, good.signature()).encode(), "no key that this run trusts");
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = good.encode().clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Gate.Decision decision = gate.decide(damaged);
            assertTrue(
                    decision.request().isEmpty()
                            || SignedCommand.decode(damaged).signedBy(alice.getPublic()),
                    "seed 5, round " + i);
            if (decision.request().isPresent()) {
                return; // A flip that base64 does not notice leaves what was signed as it was.
            }
        }
    }

    @Test
    void whatIsForOthersExpiredTooEarlyOrTooLongIsRefused() {
        refused(sign(orderOf(new RunId("other"), "alice", 60, PAUSE)), "for the run other");
        refused(sign(orderOf(RUN, "bob", 60, PAUSE)), "says to be from bob");
        refused(sign(orderOf(RUN, "alice", 61, PAUSE)), "valid for 61 s");
        byte[] record = signed(PAUSE);
        later(61);
        refused(record, "expired");
        now = now.minusSeconds(600);
        refused(record, "in the future");
    }

    @Test
    void sequenceNumbersOnlyGrow() {
        byte[] first = signed(PAUSE);
        byte[] second = signed(new TrainerCommand.Resume());
        assertTrue(gate.decide(second).request().isPresent());
        later(2);
        refused(first, "sequence number");
    }

    @Test
    void oneCommandASecondPassesHoweverManyCome() {
        int passed = 0;
        for (int i = 0; i < 200; i++) {
            now = now.plusMillis(50);
            passed += gate.decide(signed(PAUSE)).request().isPresent() ? 1 : 0;
        }
        assertEquals(10, passed, "in ten seconds");
        byte[] unsigned = "{\"signed\":\"\",\"command\":\"stop\"}".getBytes();
        for (int i = 0; i < 10_000; i++) {
            refused(unsigned, "unsigned");
        }
    }

    @Test
    void probesAreLimitedInProfileCostAndTime() {
        refused(
                signed(new ProbeCommand.Profile(Pack.FORENSIC, Duration.ofMinutes(10))),
                "does not allow the profile forensic; it allows off, continuous, profile");
        later(2);
        refused(
                signed(new ProbeCommand.Profile(Pack.PROFILE, Duration.ofMinutes(10))),
                "would cost 20 % of a step; at most 5 %");
        later(2);
        refused(signed(new ProbeCommand.Add("GradientNorm", Schedule.everyStep(), Duration.ofHours(2))), "120 min");
    }

    @Test
    void aDryRunSaysYesAndDoesNothing() {
        SignedCommand.Order order = order(PAUSE);
        SignedCommand.Order dry = new SignedCommand.Order(
                RUN, "alice", order.nonce(), order.sequence(), order.issued(), order.expires(), true, PAUSE);
        Gate.Decision decision = gate.decide(sign(dry));
        assertTrue(decision.request().isEmpty());
        assertEquals("", decision.reason());
    }

    @Test
    void whatWasGivenBeforeARestartIsNotObeyedAfterIt() {
        byte[] record = signed(PAUSE);
        later(2);
        Gate restarted = gate(List.of(Keys.trusted(Keys.line(alice.getPublic(), "alice"))));
        assertEquals(Optional.empty(), restarted.catchUp(record));
        assertEquals(Optional.empty(), restarted.catchUp("noise".getBytes()));
        assertTrue(restarted.decide(record).reason().contains("given before"));
    }

    @Test
    void whatIsGivenWhileARunBeginsToListenIsAnsweredOnce() {
        byte[] given = signed(PAUSE);
        Gate.Decision decision = gate.catchUp(given).orElseThrow();
        assertEquals(PAUSE, decision.request().orElseThrow().command());
        later(2);
        assertTrue(gate.catchUp(given).orElseThrow().reason().contains("given before"));
        byte[] foreign = sign(orderOf(new RunId("other"), "alice", 60, PAUSE));
        assertTrue(gate.catchUp(foreign).orElseThrow().reason().contains("for the run other"));
        byte[] unsigned = SignedCommand.sign(order(PAUSE), mallory.getPrivate()).encode();
        assertEquals(Optional.empty(), gate.catchUp(unsigned), "old or new, nobody can tell");
    }

    @Test
    void everyCommandComesBackFromJson() {
        List<Command> all = List.of(
                new ProbeCommand.Add("GradientNorm", new Schedule(10, 3), Duration.ofMinutes(10)),
                new ProbeCommand.Remove("GradientNorm", Duration.ofMinutes(10)),
                new ProbeCommand.Profile(Pack.PROFILE, Duration.ofSeconds(90)),
                new TrainerCommand.Pause(),
                new TrainerCommand.Resume(),
                new TrainerCommand.Checkpoint(),
                new TrainerCommand.Stop(),
                new TrainerCommand.ChangeLearningRate(0.5),
                new TrainerCommand.Rewind(400, 12),
                new TrainerCommand.ChangePrecision("bf16"));
        for (Command command : all) {
            assertEquals(command, CommandJson.read(CommandJson.write(command)));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> CommandJson.read(Json.mapper().createObjectNode().put("command", "exec")));
    }

    @Test
    void keysAreMadeForTheirOwnerAloneAndNeverOverwritten(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("operator.key");
        String line = Keys.create(file, "alice");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(line, Files.readString(Keys.publicFile(file)).strip());
        SignedCommand command = SignedCommand.sign(order(PAUSE), Keys.privateKey(file));
        assertTrue(command.signedBy(Keys.trusted(line).key()));
        assertThrows(FileAlreadyExistsException.class, () -> Keys.create(file, "alice"));
        assertArrayEquals(
                command.signed(), SignedCommand.decode(command.encode()).signed());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(assertThrows(IOException.class, () -> Keys.privateKey(file))
                .getMessage()
                .contains("chmod 600"));
        assertThrows(IllegalArgumentException.class, () -> Keys.trusted("rsa AAAA alice"));
        assertThrows(IllegalArgumentException.class, () -> Keys.trusted("ed25519 AAAA alice"));
    }

    private Gate gate(List<Keys.Trusted> keys) {
        return new Gate(
                RUN,
                keys,
                Gate.Limits.STANDARD,
                command -> command instanceof ProbeCommand.Profile ? 0.2 : 0,
                () -> now);
    }

    private void refused(byte[] record, String why) {
        Gate.Decision decision = gate.decide(record);
        assertTrue(decision.request().isEmpty());
        assertTrue(decision.reason().contains(why), decision.reason());
    }

    private void later(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private byte[] signed(Command command) {
        return sign(order(command));
    }

    private byte[] sign(SignedCommand.Order order) {
        return SignedCommand.sign(order, alice.getPrivate()).encode();
    }

    private SignedCommand.Order order(Command command) {
        return orderOf(RUN, "alice", 60, command);
    }

    private SignedCommand.Order orderOf(RunId run, String operator, int seconds, Command command) {
        return new SignedCommand.Order(
                run, operator, UUID.randomUUID().toString(), sequence++, now, now.plusSeconds(seconds), false, command);
    }
}
