package observatory.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.Pack;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.attach.AttachException;
import observatory.stream.attach.JvmAttach;
import observatory.stream.attach.Operators;
import observatory.stream.cluster.Broker;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that trains with DJL, started without a class of the observatory, is attached to, let go, and attached to
 * again.
 */
class AttachDjlIT {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    /** Jars of DJL and what it needs. */
    private static final Pattern ITS_OWN =
            Pattern.compile(".*/(api|pytorch|gson|jna|slf4j|commons-(codec|compress|io))-[^/]*\\.jar");

    @TempDir
    Path folder;

    private final List<Process> children = new ArrayList<>();

    @BeforeAll
    static void needsLibTorch() {
        LibTorch.assume();
    }

    @AfterEach
    void nothingIsLeftRunning() {
        children.forEach(Process::destroyForcibly);
    }

    @Test
    void everyBlockOfARunningTrainerIsWatchedAndItsWeightsAreWhatTheyWouldHaveBeen() throws Exception {
        Process child = trainer();
        assertEquals("training", child.inputReader().readLine());
        JvmAttach jvm = new JvmAttach(child.pid());
        RunId run = new RunId("djl-" + child.pid());
        try (Broker broker = Broker.start(folder.resolve("broker"), 0);
                Admin admin = Admin.create(
                        Map.<String, Object>of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()))) {
            Topics.STANDARD.create(admin, 1);
            List<Telemetry> heard = new ArrayList<>();
            try (FrameReader reader = new FrameReader(broker.bootstrap(), Topics.STANDARD, Optional.of(run))) {
                for (int time = 0; time < 2; time++) {
                    assertEquals(
                            run.value() + " rank 0",
                            jvm.attach(
                                    Connection.to(broker.bootstrap()),
                                    Topics.STANDARD,
                                    folder.resolve("spool"),
                                    Pack.PROFILE,
                                    Operators.NOBODY));
                    int before = heard.size();
                    hear(reader, heard, () -> frames(heard, before).size() > 20);
                    assertEquals(run.value() + " rank 0", jvm.detach());
                    hear(
                            reader,
                            heard,
                            () -> heard.getLast() instanceof RunEvent event && event.kind() == RunEvent.Kind.END);
                    check(heard, before);
                }
                assertEquals(1, heard.stream().map(Telemetry::origin).distinct().count(), "one run, attached to twice");
            }
        }
        assertThrows(AttachException.class, jvm::detach);
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
        String ended = child.inputReader().readLine();
        Process alone = trainer(ended.substring(0, ended.indexOf(' ')));
        assertEquals("training", alone.inputReader().readLine());
        assertEquals(alone.inputReader().readLine(), ended, "unwatched and watched weights");
    }

    private static void check(List<Telemetry> heard, int from) {
        assertTrue(
                heard.subList(from, heard.size()).stream()
                        .anyMatch(item -> item instanceof RunEvent start
                                && start.kind() == RunEvent.Kind.START
                                && "2".equals(start.details().get("layers"))),
                "it says what it is");
        List<Frame> frames = frames(heard, from);
        for (int i = 0; i < frames.size(); i++) {
            assertEquals(frames.getFirst().step() + i, frames.get(i).step(), "every step from the first on");
            assertTrue(frames.get(i).scalars().find(Scalars.LOSS).orElseThrow() > 0);
        }
        Set<Site> sites =
                frames.stream().flatMap(frame -> frame.sites().sites().stream()).collect(Collectors.toSet());
        for (int layer = 0; layer < 2; layer++) {
            for (Hook hook : List.of(
                    Hook.QKV,
                    Hook.ATTENTION_OUT,
                    Hook.ATTENTION_NORM,
                    Hook.MLP_UP,
                    Hook.MLP_HIDDEN,
                    Hook.MLP_OUT,
                    Hook.RESIDUAL)) {
                assertTrue(sites.contains(Site.of(hook, layer)), () -> hook + " among " + sites);
            }
            for (String parameter : List.of("outputblock.01linear.weight", "selfattention.keyprojection.bias")) {
                Site update = new Site(Hook.UPDATE, layer, parameter);
                assertTrue(sites.contains(update), () -> update + " among " + sites);
            }
        }
        assertTrue(sites.contains(Site.of(Hook.LOGITS, Site.NO_LAYER)));
        assertTrue(sites.contains(Site.of(Hook.EMBEDDING, Site.NO_LAYER)));
    }

    private static List<Frame> frames(List<Telemetry> heard, int from) {
        return heard.subList(from, heard.size()).stream()
                .filter(Frame.class::isInstance)
                .map(Frame.class::cast)
                .toList();
    }

    private static void hear(FrameReader reader, List<Telemetry> heard, java.util.function.BooleanSupplier enough) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!enough.getAsBoolean()) {
            heard.addAll(reader.poll());
            assertTrue(System.nanoTime() < deadline, () -> "heard so far: " + heard.size());
        }
    }

    /** With DJL, its engine, and the trainer on the class path, and nothing else. */
    private Process trainer(String... steps) throws IOException {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry ->
                        entry.endsWith("test-classes") || ITS_OWN.matcher(entry).matches())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m"));
        for (String name : List.of(
                "ai.djl.offline",
                "ai.djl.pytorch.num_threads",
                "OPT_OUT_TRACKING",
                "DJL_CACHE_DIR",
                "slf4j.internal.verbosity")) {
            command.add("-D" + name + "=" + System.getProperty(name));
        }
        command.addAll(List.of("-cp", path, DjlTrainer.class.getName()));
        command.addAll(List.of(steps));
        Process child = new ProcessBuilder(command)
                .redirectError(
                        folder.resolve("child-" + children.size() + ".err").toFile())
                .start();
        children.add(child);
        return child;
    }
}
