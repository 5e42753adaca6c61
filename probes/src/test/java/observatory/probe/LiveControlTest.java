package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.builtin.Probes;
import org.junit.jupiter.api.Test;

/**
 * Commands to a trainer that is written only against this module, through a queue that stands for the control topic.
 */
class LiveControlTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Instant now = Instant.EPOCH;
    private final InstantSource clock = () -> now;
    private final Queue<Request> waiting = new ArrayDeque<>();
    private final List<Telemetry> sent = new ArrayList<>();
    private final Instruments<HostTensor> instruments = new Instruments<>(
            new Origin(new RunId("run"), 0, new UUID(1, 2), 0), new HostReducer(), FrameSink.NOBODY, clock, () -> 0);
    private long step;

    private void connect() {
        instruments.setUp(Setup.NONE
                .with((FrameSink) sent::add)
                .with(() -> Optional.ofNullable(waiting.poll()), Probes.CATALOGUE));
    }

    @Test
    void aProbeIsAddedAtTheNextStepAndRevertsWhenItsTimeIsOver() {
        connect();
        assertEquals(Set.of(), metrics());
        command("1", new ProbeCommand.Add("activation-scale", Schedule.everyStep(), MINUTE));
        assertEquals(Set.of("rms", "abs_max"), metrics());
        assertEquals("applied", answer("1").get("outcome"));
        now = now.plus(MINUTE).minusMillis(1);
        assertEquals(Set.of("rms", "abs_max"), metrics());
        now = now.plusMillis(1);
        assertEquals(Set.of(), metrics());
        assertEquals("reverted", answer("1").get("outcome"));
        assertEquals("somebody", answer("1").get("operator"));
    }

    @Test
    void removingInsideAProfileRevertsToTheProfileAndThenToNothing() {
        connect();
        command("profile", new ProbeCommand.Profile(Pack.PROFILE, MINUTE.multipliedBy(3)));
        assertTrue(metrics().contains("nan"));
        command("remove", new ProbeCommand.Remove("non-finite", MINUTE));
        assertTrue(metrics().contains("rms") && !metrics().contains("nan"));
        now = now.plus(MINUTE);
        assertTrue(metrics().contains("nan"));
        now = now.plus(MINUTE.multipliedBy(2));
        assertEquals(Set.of(), metrics());
    }

    @Test
    void whatCannotBeIsRefusedWithTheNameThatWasMeant() {
        connect();
        command("1", new ProbeCommand.Add("activation-scal", Schedule.everyStep(), MINUTE));
        assertEquals(Set.of(), metrics());
        assertEquals("refused", answer("1").get("outcome"));
        assertTrue(
                answer("1").get("reason").contains("did you mean activation-scale?"),
                answer("1").get("reason"));
        command("2", new ProbeCommand.Remove("activation-scale", MINUTE));
        metrics();
        assertTrue(
                answer("2").get("reason").contains("is not installed"),
                answer("2").get("reason"));
        command("3", new TrainerCommand.Stop());
        metrics();
        assertEquals("refused", answer("3").get("outcome"));
    }

    @Test
    void aTrainerThatTakesCommandsGetsItsOwnAndMayRefuse() {
        connect();
        List<TrainerCommand> taken = new ArrayList<>();
        TrainerControl control = command -> {
            taken.add(command);
            return command instanceof TrainerCommand.Rewind
                    ? Optional.of("no checkpoint of step 7; there is one of step 5")
                    : Optional.empty();
        };
        command("1", new TrainerCommand.ChangeLearningRate(0.5));
        command("2", new TrainerCommand.Rewind(7, 3));
        instruments.takeCommands(control);
        assertEquals(List.of(new TrainerCommand.ChangeLearningRate(0.5), new TrainerCommand.Rewind(7, 3)), taken);
        assertEquals("applied", answer("1").get("outcome"));
        assertEquals(
                "no checkpoint of step 7; there is one of step 5", answer("2").get("reason"));
    }

    @Test
    void aSourceThatThrowsIsLeftAndTheRunGoesOn() {
        instruments.setUp(Setup.NONE
                .with((FrameSink) sent::add)
                .with(
                        () -> {
                            throw new IllegalStateException("broken on purpose");
                        },
                        Catalogue.EMPTY));
        metrics();
        metrics();
        assertEquals(2, sent.stream().filter(Frame.class::isInstance).count());
        assertEquals(
                1,
                events().filter(event -> event.kind() == RunEvent.Kind.COMMAND).count());
    }

    @Test
    void whoIsAttachedLaterHearsWhatTheRunIsAndWhoIsDetachedHearsItsEnd() {
        instruments.event(RunEvent.Kind.START, Map.of("model", "tiny"));
        metrics();
        assertEquals(List.of(), sent);
        Setup before = instruments.setup();
        connect();
        metrics();
        RunEvent start = events().findFirst().orElseThrow();
        assertEquals(RunEvent.Kind.START, start.kind());
        assertEquals(Map.of("model", "tiny", "attached_at_step", "1"), start.details());
        instruments.setUp(before);
        metrics();
        assertEquals(RunEvent.Kind.END, ((RunEvent) sent.getLast()).kind());
        assertEquals(List.of(0L, 1L, 2L), sent.stream().map(Telemetry::seq).toList());
    }

    private Stream<RunEvent> events() {
        return sent.stream().filter(RunEvent.class::isInstance).map(RunEvent.class::cast);
    }

    private void command(String id, Command command) {
        waiting.add(new Request(id, "somebody", command));
    }

    private Map<String, String> answer(String id) {
        return events().filter(event -> id.equals(event.details().get("id")))
                .reduce((first, last) -> last)
                .orElseThrow()
                .details();
    }

    /** Takes a step; the metrics its frame has. */
    private Set<String> metrics() {
        instruments.beginStep(++step);
        instruments.at(Hook.RESIDUAL, 0, HostTensor.of(1, 2, 3));
        instruments.at(Hook.MLP_OUT, 0, HostTensor.of(4, 5));
        instruments.endStep();
        if (!instruments.watched()) {
            return Set.of();
        }
        Frame frame = (Frame) sent.getLast();
        return frame.sites().columns().stream().map(Column::metric).collect(Collectors.toSet());
    }
}
