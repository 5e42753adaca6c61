package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.RunWatch;
import observatory.probe.Column;
import observatory.probe.Exponents;
import observatory.probe.Frame;
import observatory.probe.Hook;
import observatory.probe.HostReducer;
import observatory.probe.HostTensor;
import observatory.probe.Moments;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.Reduction;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Schedule;
import observatory.probe.Shape;
import observatory.probe.Site;
import observatory.probe.Telemetry;
import observatory.probe.builtin.ExponentHistogram;
import observatory.probe.host.HostReductions;
import observatory.stream.FrameReader;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Audit;
import observatory.stream.control.AuditLog;
import observatory.stream.control.Keys;
import observatory.stream.control.Operator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PyTorch run watched through one Python file: its tests, and the way of its frames to an incident. */
class PyTorchIT {
    private static final Schedule EVERY = Schedule.everyStep();
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Path PYTHON = Program.home().resolve("probes/python");

    /** Eleven steps of a small GPT; in the last one weight of layer 1 is NaN. */
    private static final String SCRIPT = """
            import math, sys
            from test_observatory_torch import *
            torch.set_num_threads(1)
            model, optimizer = make()
            watch = observatory_torch.watch(model, optimizer, run='torch', probes='profile', spool=sys.argv[1])
            train(model, optimizer, 10, watch)
            with torch.no_grad():
                model.transformer['h'][1].mlp.c_fc.weight[0, 0] = math.nan
            train(model, optimizer, 1, watch)
            watch.close()
            """;

    /** Steps of a small GPT until a file is there. */
    private static final String LIVE = """
            import os, sys
            from test_observatory_torch import *
            torch.set_num_threads(1)
            model, optimizer = make()
            watch = observatory_torch.watch(model, optimizer, run='live', spool=sys.argv[1])
            while not os.path.exists(sys.argv[2]):
                train(model, optimizer, 1, watch)
                time.sleep(0.02)
            watch.close()
            print(watch.trouble())
            """;

    /** What a forensic watch says of the stream of layer 1, and the numbers themselves. */
    private static final String NUMBERS = """
            import sys
            from test_observatory_torch import *
            model, optimizer = make()
            watch = observatory_torch.watch(model, optimizer, run='numbers', probes='forensic', sums=True, spool=sys.argv[1], first_step=10)
            seen = []
            model.transformer['h'][1].register_forward_hook(lambda m, i, o: seen.append(o.detach().clone()))
            train(model, optimizer, 1, watch)
            watch.close()
            frame = frames(sys.argv[1])[0]
            counts = frame['metrics']['histogram_exponent']
            at = frame['sites'].index({'hook': 'residual', 'layer': 1})
            names = ['histogram_exponent_top', 'rms', 'abs_max', 'mean', 'kurtosis', 'zero_fraction', 'fp16_subnormal', 'fp16_flushed']
            print(json.dumps({'x': seen[0].reshape(-1).tolist(), 'counts': [n for i, n in zip(counts['at'], counts['values']) if i == at],
                              **{name: metric(frame, name, 'residual', 1) for name in names}}))
            """;

    /**
     * 220 steps on text that is easy to learn: healthy, with one bad batch, and with attention that grows
     * from step 150 on.
     */
    private static final String FAULTS = """
            import sys
            from test_observatory_torch import *
            torch.set_num_threads(1)
            for fault in ('none', 'batch', 'attention'):
                torch.manual_seed(7)
                model = Gpt()
                optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
                watch = observatory_torch.watch(model, optimizer, run=fault, spool=sys.argv[1] + '/' + fault, budget=1.0)
                drawn = torch.Generator().manual_seed(3)
                for step in range(1, 221):
                    batch = torch.randint(0, VOCABULARY, (BATCH, 1), generator=drawn) + torch.arange(CONTEXT + 1)[None, :] * 3
                    batch %= VOCABULARY
                    if fault == 'batch' and step == 200:
                        batch = torch.randint(0, VOCABULARY, (BATCH, CONTEXT + 1), generator=drawn)
                    if fault == 'attention' and step >= 150:
                        with torch.no_grad():
                            model.transformer['h'][2].attn.c_attn.weight[: 2 * WIDTH].mul_(1.06)
                    optimizer.zero_grad()
                    logits = model(batch[:, :-1]).reshape(-1, VOCABULARY)
                    each = F.cross_entropy(logits, batch[:, 1:].reshape(-1), reduction='none').reshape(BATCH, -1).mean(1)
                    loss = each.mean()
                    loss.backward()
                    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                    optimizer.step()
                    sequences = [('corpus', BATCH * step + i, own) for i, own in enumerate(each.tolist())]
                    watch.step(loss=loss, gradient_norm=norm, batch=sequences)
                watch.close()
            """;

    @TempDir
    Path scratch;

    private static String python;

    @BeforeAll
    static void findPyTorch() throws Exception {
        for (String candidate : List.of("python3", "/usr/bin/python3")) {
            Process asked = new ProcessBuilder(candidate, "-c", "import torch")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (asked.waitFor() == 0) {
                python = candidate;
                return;
            }
        }
        Assumptions.abort("no Python with PyTorch here; on Debian: apt install python3-torch");
    }

    @Test
    void theWatchersOwnTestsPass() throws Exception {
        try (Program tests =
                Program.shell(scratch, "cd " + PYTHON + " && OMP_NUM_THREADS=1 " + python + " -m unittest")) {
            Program.Ended ended = tests.await();
            assertEquals(0, ended.exitCode(), ended::toString);
        }
    }

    @Test
    void itsFramesBecomeAnIncidentThatNamesTheLayer() throws Exception {
        Path state = scratch.resolve("state/observatory");
        try (Program broker = Program.start(scratch, "broker", "--port", "0")) {
            Path address = state.resolve("broker/broker.address");
            broker.await("the broker has an address", () -> Files.exists(address));
            Path script = Files.writeString(scratch.resolve("train.py"), SCRIPT);
            try (Program training = python(script, state.resolve("spool").toString())) {
                Program.Ended ended = training.await();
                assertEquals(0, ended.exitCode(), ended::toString);
            }
            Path byHand = Files.writeString(scratch.resolve("by_hand.py"), producerOfTheDocument());
            try (Program producer = python(byHand, state.resolve("spool").toString())) {
                Program.Ended ended = producer.await();
                assertEquals(0, ended.exitCode(), ended::toString);
            }
            Program.Ended relay = Program.run(scratch, "relay", "--once");
            assertEquals(0, relay.exitCode(), relay::toString);

            List<Telemetry> written = read(Files.readString(address).strip(), "by-hand", items -> items.size() >= 5);
            assertEquals(
                    List.of(0L, 1L, 2L, 3L, 3L),
                    written.stream().map(Telemetry::step).toList(),
                    "the producer that docs/wire.md shows");
            List<Telemetry> run = read(Files.readString(address).strip(), "torch", items -> items.size() >= 13);
            assertEquals(11, run.stream().filter(Frame.class::isInstance).count());
            RunWatch watch = RunWatch.of(new RunId("torch"));
            run.forEach(watch::accept);
            Incident incident = watch.incidents().stream()
                    .filter(one -> one.kind() == Kind.NON_FINITE)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no non-finite incident among " + watch.incidents()));
            assertEquals(11, incident.firstStep());
            assertTrue(incident.summary().contains("layer 1 mlp_up"), incident.summary());
            broker.interrupt();
            assertEquals(130, broker.await().exitCode());
        }
    }

    @Test
    void plannedFaultsAreFoundWhereTheyWerePlanted() throws Exception {
        Path script = Files.writeString(scratch.resolve("planned.py"), FAULTS);
        try (Program training = python(script, scratch.toString())) {
            Program.Ended ended = training.await();
            assertEquals(0, ended.exitCode(), ended::toString);
        }
        assertEquals(List.of(), incidents("none"));

        Incident batch = incidents("batch").getFirst();
        assertEquals(Kind.BAD_BATCH, batch.kind(), batch::toString);
        assertEquals(200, batch.firstStep(), batch::toString);

        Incident attention = incidents("attention").getFirst();
        assertEquals(Kind.ATTENTION_GROWTH, attention.kind(), attention::toString);
        assertTrue(attention.summary().contains("layer 2 "), attention.summary());
    }

    /** What the analysis makes of the spool of a run; how fast it went is the machine's affair. */
    private List<Incident> incidents(String run) throws IOException {
        Path writer;
        try (Stream<Path> folders = Files.list(scratch.resolve(run))) {
            writer = folders.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        RunWatch watch = RunWatch.of(new RunId(run));
        try (FrameReader reader = FrameReader.spool(writer)) {
            do {
                reader.poll().forEach(watch::accept);
            } while (!reader.atTheEnd());
        }
        return watch.incidents().stream()
                .filter(incident -> incident.kind() != Kind.THROUGHPUT)
                .toList();
    }

    /** The script of docs/wire.md that writes a spool. */
    private static String producerOfTheDocument() throws IOException {
        String page = Files.readString(Program.home().resolve("docs/wire.md"));
        int used = page.indexOf("spool.lock\"), \"w\")");
        int begin = page.lastIndexOf("```python\n", used) + "```python\n".length();
        return page.substring(begin, page.indexOf("```", begin));
    }

    @Test
    void itsStatisticsAreThoseOfTheJavaReducer() throws Exception {
        Path script = Files.writeString(scratch.resolve("layer_one.py"), NUMBERS);
        try (Program training = python(script, scratch.resolve("spool").toString())) {
            Program.Ended ended = training.await();
            assertEquals(0, ended.exitCode(), ended::toString);
            JsonNode told = ended.json();
            float[] x = new float[told.get("x").size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) told.get("x").get(i).doubleValue();
            }
            HostTensor tensor = HostTensor.of(x);
            Moments moments = (Moments) HostReductions.whole(new Reduction.ToMoments(), tensor);
            agree(moments.rms(), told, "rms");
            agree(moments.absMax(), told, "abs_max");
            Shape shape = (Shape) HostReductions.whole(new Reduction.ToShape(), tensor);
            agree(shape.kurtosis(), told, "kurtosis");
            List<Double> expected = new ArrayList<>();
            ExponentHistogram histogram = new ExponentHistogram(Set.of(Hook.RESIDUAL), 1, EVERY);
            HostReducer reducer = new HostReducer();
            reducer.enqueue(0, histogram.reduction(), tensor, null);
            histogram.read(
                    Site.of(Hook.RESIDUAL, 1),
                    (Exponents) reducer.result(0),
                    (site, metric, value) -> expected.add(value)); // the top, then the counts
            List<Double> counted =
                    new ArrayList<>(List.of(told.get("histogram_exponent_top").doubleValue()));
            told.get("counts").forEach(count -> counted.add(count.doubleValue()));
            assertEquals(expected, counted, "exponents");
            assertEquals(shape.mean(), told.get("mean").doubleValue(), 1e-6 * moments.rms(), "mean");
        }
    }

    private static void agree(double expected, JsonNode told, String metric) {
        assertEquals(1, told.get(metric).doubleValue() / expected, 1e-6, metric);
    }

    @Test
    void aRunObeysSignedCommandsThatComeThroughTheRelay() throws Exception {
        Path state = scratch.resolve("state/observatory");
        Path key = scratch.resolve("alice.key");
        Keys.create(key, "alice");
        Path strange = scratch.resolve("mallory.key");
        Keys.create(strange, "mallory");
        Path stop = scratch.resolve("stop");
        Path script = Files.writeString(scratch.resolve("live.py"), LIVE);
        try (Program broker = Program.start(scratch, "broker", "--port", "0")) {
            Path address = state.resolve("broker/broker.address");
            broker.await("the broker has an address", () -> Files.exists(address));
            String bootstrap = Files.readString(address).strip();
            try (Program training = python(script, state.resolve("spool").toString(), stop.toString());
                    Program relay = Program.start(
                            scratch,
                            "relay",
                            "--control-key",
                            Keys.publicFile(key).toString())) {
                relay.awaitSaying("1 run takes commands");
                Program.Ended given = Program.run(
                        scratch, "probes", "profile", "--run", "live", "--key", key.toString(), "--wait", "60s");
                assertEquals(0, given.exitCode(), given::toString);

                Connection connection = Connection.to(bootstrap);
                Audit unknown =
                        give(connection, "alice", key, new ProbeCommand.Add("epsilon-dominance", EVERY, TEN_MINUTES));
                assertEquals("refused", unknown.result(), unknown::toString);
                assertTrue(unknown.reason().contains("no probe epsilon-dominance in PyTorch"), unknown.reason());
                Audit removed = give(connection, "alice", key, new ProbeCommand.Remove("format-headroom", TEN_MINUTES));
                assertEquals("applied", removed.result(), removed::toString);
                Audit forged = give(connection, "mallory", strange, new ProbeCommand.Profile(Pack.OFF, TEN_MINUTES));
                assertEquals("refused", forged.result(), forged::toString);
                assertTrue(forged.reason().contains("no key that this run trusts"), forged.reason());

                Files.createFile(stop);
                Program.Ended ended = training.await();
                assertEquals(0, ended.exitCode(), ended::toString);
                assertEquals("", ended.out().strip(), "nothing was in trouble");
                List<Telemetry> run = read(
                        bootstrap,
                        "live",
                        items -> items.stream()
                                .anyMatch(item -> item instanceof RunEvent event && event.kind() == RunEvent.Kind.END));
                List<String> answers = run.stream()
                        .filter(item -> item instanceof RunEvent event && event.kind() == RunEvent.Kind.COMMAND)
                        .map(item -> ((RunEvent) item).details())
                        .map(details -> details.get("operator") + " " + details.get("outcome"))
                        .toList();
                assertEquals(List.of("alice applied", "alice refused", "alice applied"), answers);
                // Under load the watcher may say last of all that it measures less often.
                Frame last = (Frame)
                        run.stream().filter(Frame.class::isInstance).toList().getLast();
                List<String> metrics =
                        last.sites().columns().stream().map(Column::metric).toList();
                assertTrue(metrics.contains("rms") && !metrics.contains("fp16_headroom_bits"), metrics::toString);
                List<String> audited = AuditLog.entries(connection, Topics.STANDARD).stream()
                        .filter(entry -> !tooSoon(entry))
                        .map(Audit::result)
                        .toList();
                assertEquals(List.of("applied", "refused", "applied", "refused"), audited);
                relay.interrupt();
                assertEquals(130, relay.await().exitCode());
            }
            broker.interrupt();
            assertEquals(130, broker.await().exitCode());
        }
    }

    /** Gives a command as often as it comes too soon after the one before. */
    private static Audit give(Connection connection, String name, Path key, ProbeCommand command) throws Exception {
        Operator operator =
                new Operator(connection, Topics.STANDARD, name, Keys.privateKey(key), InstantSource.system());
        Operator.Manner patient = new Operator.Manner(false, Duration.ofSeconds(60), Duration.ofSeconds(60));
        while (true) {
            Audit answer = operator.give(new RunId("live"), command, patient)
                    .orElseThrow(() -> new AssertionError("no answer to " + command));
            if (!tooSoon(answer)) {
                return answer;
            }
        }
    }

    private static boolean tooSoon(Audit answer) {
        return answer.reason().startsWith("more than one command");
    }

    private Program python(Path script, String... arguments) throws IOException {
        return Program.shell(
                scratch,
                "PYTHONPATH=" + PYTHON + " OMP_NUM_THREADS=1 " + python + " " + script + " "
                        + String.join(" ", arguments));
    }

    private static List<Telemetry> read(String bootstrap, String run, Predicate<List<Telemetry>> enough) {
        List<Telemetry> found = new ArrayList<>();
        try (FrameReader reader = new FrameReader(bootstrap, Topics.STANDARD, Optional.of(new RunId(run)))) {
            long deadline = System.nanoTime() + 120_000_000_000L;
            while (!enough.test(found) && System.nanoTime() < deadline) {
                found.addAll(reader.poll());
            }
        }
        return found;
    }
}
