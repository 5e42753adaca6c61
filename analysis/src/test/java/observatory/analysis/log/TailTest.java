package observatory.analysis.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Frame;
import observatory.probe.Origin;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Sites;
import observatory.probe.Telemetry;
import observatory.stream.wire.Codec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TailTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));

    @TempDir
    Path folder;

    private final AtomicBoolean wanted = new AtomicBoolean(true);
    private final List<Telemetry> got = new CopyOnWriteArrayList<>();
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private Thread thread;

    @AfterEach
    void stop() throws InterruptedException {
        wanted.set(false);
        if (thread != null) {
            thread.join();
        }
    }

    static Stream<Sample> appended() {
        return Sample.all().stream()
                .filter(sample -> LogFormats.all().stream()
                        .anyMatch(format -> format.name().equals(sample.format()) && !format.rewritten()));
    }

    /**
     * Written in two halves that may cut a line or a record in two, a log gives what it gives when it is read whole.
     */
    @ParameterizedTest
    @MethodSource("appended")
    void aLogThatGrowsGivesTheSameFrames(Sample sample) throws IOException, InterruptedException {
        Path log = Files.write(folder.resolve("log"), sample.log());
        List<Frame> whole = Read.of(log).frames();
        int half = sample.log().length * 2 / 3;
        Files.write(log, Arrays.copyOf(sample.log(), half));
        tail(log, LogFormats.named(sample.format()));
        await(() -> notices.toString().contains("reading"));
        Files.write(log, Arrays.copyOfRange(sample.log(), half, sample.log().length), StandardOpenOption.APPEND);
        await(() -> frames().size() >= whole.size());
        stop();
        assertEquals(values(whole), values(frames()));
    }

    @Test
    void itWaitsForTheLogAndSaysSo() throws IOException {
        Path log = folder.resolve("later.log");
        tail(log, Optional.empty());
        await(() -> notices.toString().contains("no such file"));
        Files.writeString(log, "loading\n");
        await(() -> notices.toString().contains("no known log format"));
        append(log, "s:1 trl:3.5 lr:0.1 norm:1.0\n");
        await(() -> frames().size() == 1);
        assertEquals(RunEvent.Kind.START, ((RunEvent) got.getFirst()).kind());
        assertEquals(CLOCK.instant(), frames().getFirst().time(), "this log tells no time");
    }

    @Test
    void aTornLineIsReadWhenItIsWhole() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.");
        tail(log, Optional.empty());
        await(() -> frames().size() == 1);
        append(log, "25\n");
        await(() -> frames().size() == 2);
        assertEquals(3.25, loss(frames().get(1)));
    }

    @Test
    void aRotatedLogGoesOnInTheNewFile() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\n");
        tail(log, Optional.empty());
        await(() -> frames().size() == 1);
        Files.move(log, folder.resolve("a.log.1"));
        Files.writeString(folder.resolve("new"), "s:2 trl:3.25\n");
        Files.move(folder.resolve("new"), log, StandardCopyOption.ATOMIC_MOVE);
        await(() -> frames().size() == 2);
        assertEquals(3.25, loss(frames().get(1)));
    }

    @Test
    void aLogThatBeginsAnewIsANewIncarnation() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.4\ns:3 trl:3.3\n");
        tail(log, Optional.empty());
        await(() -> frames().size() == 3);
        Files.writeString(log, "s:1 trl:9.0\n"); // cut short and written again
        await(() -> frames().size() == 4);
        assertEquals(1, frames().get(3).origin().incarnation());
        assertEquals(9.0, loss(frames().get(3)));
    }

    @Test
    void anEvaluationThatComesLateGoesWithTheNextStep() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\n");
        tail(log, Optional.empty());
        await(() -> frames().size() == 1);
        append(log, "s:1 tel:3.6\ns:2 trl:3.4\n");
        await(() -> frames().size() == 2);
        Scalars second = frames().get(1).scalars();
        assertEquals(3.6, second.find(Scalars.VALIDATION_LOSS).orElseThrow());
    }

    @Test
    void aFolderOfEventFilesIsFollowedIntoTheNextFile() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.write(
                run.resolve("events.out.tfevents.1"),
                new EventFile().scalar(1, "loss", 3.5f).bytes());
        tail(run, Optional.empty());
        await(() -> frames().size() == 1);
        Files.write(
                run.resolve("events.out.tfevents.2"),
                new EventFile().scalar(2, "loss", 3.25f).bytes());
        await(() -> frames().size() == 2);
        assertEquals(3.25, loss(frames().get(1)));
    }

    @Test
    void aTrainerStateOfTheNextCheckpointAddsItsSteps() throws IOException {
        checkpoint(10, "{\"loss\": 3.5, \"step\": 10}");
        tail(folder, Optional.empty());
        await(() -> frames().size() == 1);
        checkpoint(20, "{\"loss\": 3.5, \"step\": 10}, {\"loss\": 3.25, \"step\": 20}");
        await(() -> frames().size() == 2);
        assertEquals(List.of(10L, 20L), frames().stream().map(Frame::step).toList());
    }

    @Test
    void aTrainerStateThatGoesAwayIsWaitedFor() throws IOException {
        checkpoint(10, "{\"loss\": 3.5, \"step\": 10}");
        tail(folder, Optional.empty());
        await(() -> frames().size() == 1);
        Files.delete(folder.resolve("checkpoint-10/trainer_state.json"));
        await(() -> notices.toString().contains("has no log in it"));
        checkpoint(20, "{\"loss\": 3.5, \"step\": 10}, {\"loss\": 3.25, \"step\": 20}");
        await(() -> frames().size() == 2);
    }

    @Test
    void anotherLogInItsFolderDoesNotEndTheOneThatIsFollowed() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        Path log = Files.writeString(run.resolve("train.log"), "s:1 trl:3.5\n");
        tail(run, Optional.empty());
        await(() -> frames().size() == 1);
        Files.writeString(run.resolve("eval.log"), "s:1 tel:3.6\n");
        append(log, "s:2 trl:3.4\n");
        await(() -> frames().size() == 2);
        append(log, "s:3 trl:3.3\n");
        await(() -> frames().size() == 3);
    }

    /** As checkpoints come and go, of which Hugging Face keeps the last few. */
    @Test
    void whatGoesAwayWhileAFolderIsLookedAtIsPassedOver() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("train.log"), "s:1 trl:3.5\n");
        thread = Thread.ofPlatform().start(() -> {
            while (wanted.get()) {
                File inner = folder.resolve("checkpoint-1/inner").toFile();
                inner.mkdirs();
                inner.delete();
                inner.getParentFile().delete();
            }
        });
        for (int look = 0; look < 2000; look++) {
            assertEquals(List.of(folder.resolve("train.log")), LogFolder.files(folder));
        }
        stop();
    }

    @Test
    void followedAgainItHandsOverTheSameNumbers() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.4\ns:1 trl:3.6\n");
        Tail tail = new Tail(new LogSource(log, Progress.NONE), Optional.empty(), () -> true, notices::add, CLOCK);
        tail.read(got::add);
        List<Telemetry> first = List.copyOf(got);
        got.clear();
        tail.read(got::add);
        assertEquals(first, got);
        assertEquals(7, got.size(), "three frames, and the beginnings and ends of two incarnations");
    }

    @Test
    void aLogThatIsReadToItsEndIsLetGoOf() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.4\ns:1 trl:3.6\n");
        assertEquals(3, once(log).frames());
        assertEquals(
                List.of(
                        "0 START 1 {log=llm.c-log}",
                        "0 FRAME 1",
                        "0 FRAME 2",
                        "0 END 2 {reason=stopped: the run begins again at step 1}",
                        "1 START 1 {log=llm.c-log}",
                        "1 FRAME 1",
                        "1 END 1 {reason=detached: log read to its end}"),
                got.stream().map(TailTest::told).toList());
        RunEvent end = (RunEvent) got.getLast();
        assertEquals(frames().getLast().time(), end.time());
    }

    /** The end has no number of the log's writer, or the step by which the log grows would be dropped as known. */
    @Test
    void aLogThatHasGrownGoesOnBehindItsEnd() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.4\n");
        once(log);
        List<Telemetry> first = List.copyOf(got);
        append(log, "s:3 trl:3.3\n");
        once(log);
        List<Telemetry> fresh = new ArrayList<>();
        for (Telemetry item : got) {
            boolean known =
                    first.stream().anyMatch(one -> one.origin().equals(item.origin()) && one.seq() == item.seq());
            if (!known) {
                fresh.add(item);
            }
        }
        assertEquals(
                List.of("0 FRAME 3", "0 END 3 {reason=detached: log read to its end}"),
                fresh.stream().map(TailTest::told).toList());
        assertEquals(0, fresh.getLast().seq(), "the first and only word of its writer");
        assertEquals(frames().getLast().origin().run(), fresh.getLast().origin().run());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            s:1 trl:3.5%ns:2 trl:3.4%n                                     | s:3 trl:3
            step,loss,lr%n1,3.5,0.01%n2,3.4,0.01%n                         | 3,3.3,0.0
            iter 1: loss 3.5, time 9ms%niter 2: loss 3.4, time 9ms%n       | iter 3: loss 3
            step 1 loss 3.5%nstep 2 loss 3.4%n                             | step 3 loss 3
            {"step": 1, "loss": 3.5}%n{"step": 2, "loss": 3.4}%n           | {"step": 3, "loss": 3
            {"step": 1, "x": {"loss": 3.5}}%n{"step": 2, "x": {"loss": 3.4}}%n | {"step": 3, "x": {"loss": 3}
            """)
    void halfALineIsLeftToTheNextReading(String lines, String half) throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), lines.formatted() + half);
        Reading reading = once(log);
        assertEquals(2, reading.frames());
        assertEquals(0, reading.skipped());
        assertTrue(reading.remarks().getLast().endsWith("as it may be cut off: " + half), reading.remarks()::toString);
        append(log, "\n");
        assertTrue(once(log).remarks().stream().noneMatch(remark -> remark.contains("cut off")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            {"step": 1, "loss": 3.5}%n{"step": 2, "loss": 3.4}     | true
            {'loss': 3.5, 'step': 1}%n{'loss': 3.4, 'step': 2}     | true
            step,loss,lr%n1,3.5,0.01%n2,3.4,0.01                   | false
            """)
    void aLastLineThatIsKnownToBeWholeNeedsNoEnd(String lines, boolean known) throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), lines.formatted());
        assertEquals(known ? 2 : 1, once(log).frames());
        Reading complete = LogFormats.find(log, Optional.empty()).read(new LogSource(log, Progress.NONE), got::add);
        assertEquals(2, complete.frames(), "of a log that is over the last line is taken");
    }

    @Test
    void aLogThatIsNoLongerFollowedIsLetGoOf() throws IOException, InterruptedException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.");
        tail(log, Optional.empty());
        await(() -> frames().size() == 1);
        stop();
        assertEquals(
                List.of("0 START 1 {log=llm.c-log}", "0 FRAME 1", "0 END 1 {reason=detached: log no longer followed}"),
                got.stream().map(TailTest::told).toList(),
                "half a line is no step: it would stand for the whole one ever after");
    }

    /** What is taken is a beginning of the log without gaps, whenever it is that nothing more is wanted. */
    @Test
    void readingStopsInTheMiddleOfALog() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int step = 1; step <= 100; step++) {
            lines.append("s:%d trl:3.5%n".formatted(step));
        }
        Path log = Files.writeString(folder.resolve("a.log"), lines);
        Tail tail = new Tail(
                new LogSource(log, Progress.NONE), Optional.empty(), () -> got.size() < 10, notices::add, CLOCK);
        assertEquals(9, tail.read(got::add).frames());
        assertEquals("0 FRAME 9", told(got.get(9)));
        assertEquals("0 END 9 {reason=detached: log no longer followed}", told(got.getLast()));
        assertEquals(11, got.size());
    }

    @Test
    void aDamagedLogIsLetGoOfWhereItIsDamaged() throws IOException {
        byte[] events = new EventFile()
                .scalar(1, "loss", 3.5f)
                .scalar(2, "loss", 3.25f)
                .scalar(3, "loss", 3.0f)
                .bytes();
        byte[] upTo =
                new EventFile().scalar(1, "loss", 3.5f).scalar(2, "loss", 3.25f).bytes();
        events[upTo.length] ^= 1; // the length of the third step's record
        Path log = Files.write(folder.resolve("events.out.tfevents.1"), events);
        assertTrue(once(log).partial());
        assertEquals("0 END 2 {reason=detached: log damaged from here on}", told(got.getLast()));
    }

    @Test
    void aRecordingSaysItselfHowItsRunsBeganAndEnded() throws IOException {
        Origin one = new Origin(new RunId("recorded"), 0, new UUID(1, 1), 0);
        Origin other = new Origin(new RunId("recorded"), 0, new UUID(1, 2), 1);
        Map<String, String> manifest = Map.of("model", "tiny");
        List<Telemetry> recorded = List.of(
                RunEvent.of(one, 0, 0, CLOCK.instant(), RunEvent.Kind.START, manifest),
                frame(one, 1),
                frame(other, 1),
                RunEvent.of(one, 2, 1, CLOCK.instant(), RunEvent.Kind.END, Map.of("reason", "finished")));
        StringBuilder lines = new StringBuilder();
        for (Telemetry item : recorded) {
            lines.append(new String(Codec.json(item), StandardCharsets.UTF_8)).append('\n');
        }
        once(Files.writeString(folder.resolve("recorded.jsonl"), lines));
        assertEquals(
                List.of(
                        "0 START 0 {model=tiny}",
                        "0 FRAME 1",
                        "0 START 1 {log=observatory-jsonl}",
                        "0 FRAME 1",
                        "0 END 1 {reason=finished}",
                        "0 END 1 {reason=detached: log read to its end}"),
                got.stream().map(TailTest::told).toList());
        assertEquals(1, got.getLast().origin().rank(), "of the rank whose end was not recorded");
    }

    @Test
    void aRecordingOfARunThatItsTrainerSendsNeitherBeginsNorEndsIt() throws IOException {
        Origin live = new Origin(new RunId("live"), 0, new UUID(1, 1), 0);
        Origin over = new Origin(new RunId("over"), 0, new UUID(1, 2), 0);
        StringBuilder lines = new StringBuilder();
        for (Origin origin : List.of(live, over)) {
            for (int step = 1; step <= 2; step++) {
                lines.append(new String(Codec.json(frame(origin, step)), StandardCharsets.UTF_8))
                        .append('\n');
            }
        }
        Path log = Files.writeString(folder.resolve("recorded.jsonl"), lines);
        new Tail(
                        new LogSource(log, Progress.NONE),
                        Optional.empty(),
                        () -> true,
                        notices::add,
                        CLOCK,
                        () -> Set.of(live.run()))
                .read(got::add);
        assertEquals(
                List.of(
                        "live FRAME 1",
                        "live FRAME 2",
                        "over START 1 {log=observatory-jsonl}",
                        "over FRAME 1",
                        "over FRAME 2",
                        "over END 2 {reason=detached: log read to its end}"),
                got.stream()
                        .map(item -> item.origin().run().value() + told(item).substring(1))
                        .toList());
    }

    /** Read once more it is what it was: neither its steps nor its beginning move to when it was read. */
    @Test
    void aLogThatTellsNoTimeHasTheTimeOfItsFile() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "s:1 trl:3.5\ns:2 trl:3.4\n");
        Instant written = Instant.ofEpochSecond(1_600_000_000);
        Files.setLastModifiedTime(log, FileTime.from(written));
        once(log);
        List<Telemetry> first = List.copyOf(got);
        assertEquals(Set.of(written), got.stream().map(Telemetry::time).collect(Collectors.toSet()));
        got.clear();
        InstantSource later = InstantSource.offset(CLOCK, Duration.ofDays(3));
        new Tail(new LogSource(log, Progress.NONE), Optional.empty(), () -> true, notices::add, later).read(got::add);
        assertEquals(first, got);
        got.clear();
        append(log, "s:3 trl:3.3\n");
        Instant grown = written.plusSeconds(60);
        Files.setLastModifiedTime(log, FileTime.from(grown));
        once(log);
        assertEquals(grown, got.getLast().time());
    }

    private Reading once(Path log) {
        return new Tail(new LogSource(log, Progress.NONE), Optional.empty(), () -> true, notices::add, CLOCK)
                .read(got::add);
    }

    private static Frame frame(Origin origin, long step) {
        Scalars scalars = new Scalars.Builder().put(Scalars.LOSS, 3.5).build();
        return new Frame(origin, step, step, CLOCK.instant(), scalars, Sites.none(), Optional.empty());
    }

    private static String told(Telemetry item) {
        return item.origin().incarnation() + " "
                + switch (item) {
                    case Frame frame -> "FRAME " + frame.step();
                    case RunEvent event -> event.kind() + " " + event.step() + " " + event.details();
                };
    }

    private void checkpoint(int step, String history) throws IOException {
        Path inside = Files.createDirectories(folder.resolve("checkpoint-" + step));
        Files.writeString(inside.resolve("trainer_state.json"), "{\"epoch\": 1, \"log_history\": [" + history + "]}");
    }

    private void tail(Path log, Optional<LogFormat> format) {
        Tail tail = new Tail(new LogSource(log, Progress.NONE), format, wanted::get, notices::add, CLOCK);
        thread = Thread.ofPlatform().start(() -> tail.follow(got::add));
    }

    private List<Frame> frames() {
        return got.stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
    }

    /** Steps and values; an evaluation may come a frame later in a log that is followed. */
    private static List<String> values(List<Frame> frames) {
        return frames.stream()
                .map(frame -> frame.step() + " " + frame.scalars().find(Scalars.LOSS) + " " + frame.sites())
                .toList();
    }

    private static double loss(Frame frame) {
        return frame.scalars().find(Scalars.LOSS).orElseThrow();
    }

    private static void append(Path log, String text) throws IOException {
        Files.write(log, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    }

    private void await(BooleanSupplier reached) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!reached.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "never came; got " + got + ", notices " + notices);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
