package observatory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.RunWatch;
import observatory.probe.Frame;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.FrameReader;
import observatory.stream.Topics;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PyTorch run watched through one Python file: its tests, and the way of its frames to an incident. */
class PyTorchIT {
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
            try (Program training = Program.shell(
                    scratch, "PYTHONPATH=" + PYTHON + " " + python + " " + script + " " + state.resolve("spool"))) {
                Program.Ended ended = training.await();
                assertEquals(0, ended.exitCode(), ended::toString);
            }
            Program.Ended relay = Program.run(scratch, "relay", "--once");
            assertEquals(0, relay.exitCode(), relay::toString);

            List<Telemetry> run = read(Files.readString(address).strip(), 13);
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

    private static List<Telemetry> read(String bootstrap, int items) {
        List<Telemetry> found = new ArrayList<>();
        try (FrameReader reader = new FrameReader(bootstrap, Topics.STANDARD, Optional.of(new RunId("torch")))) {
            long deadline = System.nanoTime() + 120_000_000_000L;
            while (found.size() < items && System.nanoTime() < deadline) {
                found.addAll(reader.poll());
            }
        }
        return found;
    }
}
