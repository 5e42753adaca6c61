package observatory.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.kernel.blas.Blas;
import observatory.stream.wire.Json;
import observatory.trainer.cpu.TrainerBench;
import observatory.trainer.cpu.TrainerBench.Shape;
import observatory.trainer.cpu.TrainerBench.Speed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** How fast the CPU trainer is beside its own matrix products, and beside others at the same shapes. */
@Command(
        name = "trainer",
        mixinStandardHelpOptions = true,
        description = "Measure whole training steps beside their matrix products alone in OpenBLAS, in fp32.")
final class BenchTrainerCommand implements Callable<Integer> {
    private static final Path STATUS = Path.of("/proc/self/status");

    @ParentCommand
    private BenchCommand parent;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10",
            description = "Steps measured, after as many unmeasured ones (${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (all cores).")
    private Integer threads;

    @Option(names = "--shape", paramLabel = "NAME", description = "Only this one: 6x384-bytes or gpt2-124m.")
    private String only;

    @Option(names = "--python", paramLabel = "FILE", description = "A Python with PyTorch, to measure it as well.")
    private String python;

    @Override
    public Integer call() throws IOException {
        if (steps < 1) {
            throw Failure.usage("a measurement takes at least one step: steps=" + steps + "; try 10");
        }
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        TrainerBench bench = new TrainerBench(System::nanoTime, system::getProcessCpuTime);
        ObjectNode result = Json.mapper().createObjectNode().put("openblasCore", Blas.core());
        if (TrainerBench.narrowProducts()) {
            String told = System.getenv("OPENBLAS_CORETYPE");
            parent.console()
                    .say("OpenBLAS computes with kernels of a " + Blas.core()
                            + " and leaves this processor's AVX-512 out: "
                            + (told == null
                                    ? "OPENBLAS_CORETYPE=SkylakeX"
                                    : "without OPENBLAS_CORETYPE=" + told + " it")
                            + " makes training faster, with other bits (docs/trainer.md)");
        }
        ArrayNode shapes = result.putArray("shapes");
        // The small one first, so that the largest resident set after it is its own.
        for (Shape shape : shapes()) {
            Speed speed = bench.measure(shape, workers, steps);
            ObjectNode node = write(shapes.addObject(), speed);
            if (python != null) {
                ((ObjectNode) node.get("references")).set("pytorch", TorchSpeed.measure(python, shape, workers, steps));
            }
            if (!json) {
                parent.console().result(text(node));
            }
        }
        if (json) {
            parent.console().result(result.toString());
        }
        return ExitCode.OK;
    }

    private List<Shape> shapes() {
        List<Shape> all = List.of(Shape.BYTES, Shape.GPT2);
        List<Shape> asked =
                all.stream().filter(s -> only == null || s.name().equals(only)).toList();
        if (asked.isEmpty()) {
            throw Failure.usage("no such shape: shape=" + only + "; there are "
                    + all.stream().map(Shape::name).collect(Collectors.joining(", ")));
        }
        return asked;
    }

    private static ObjectNode write(ObjectNode node, Speed speed) throws IOException {
        node.put("shape", speed.shape().name());
        node.put("tokensPerCpuSecond", speed.tokensPerCpuSecond());
        node.put("tokensPerSecond", speed.tokensPerSecond());
        node.put("gflopsPerCpuSecond", speed.gflopsPerCpuSecond());
        node.put("peakRssBytes", peakRss());
        node.put("gemmTimeShare", speed.gemmTimeShare());
        node.put("gemmCpuShare", speed.gemmCpuShare());
        node.put("stepSeconds", speed.step().seconds());
        node.putObject("references").put("llmcTokensPerCpuSecond", speed.shape().llmcTokensPerCpuSecond());
        return node;
    }

    private static String text(ObjectNode node) {
        String torch = node.at("/references/pytorch").isMissingNode()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; PyTorch %.0f",
                        node.at("/references/pytorch/tokensPerCpuSecond").asDouble());
        return String.format(
                Locale.ROOT,
                "%s: %.0f tokens per CPU-second (llm.c about %.0f%s), %.0f tokens/s, %.0f GFLOP per CPU-second, matrix"
                        + " products %.0f %% of a step (%.0f %% of its CPU time), at most %.2f GB resident",
                node.get("shape").asText(),
                node.get("tokensPerCpuSecond").asDouble(),
                node.at("/references/llmcTokensPerCpuSecond").asDouble(),
                torch,
                node.get("tokensPerSecond").asDouble(),
                node.get("gflopsPerCpuSecond").asDouble(),
                100 * node.get("gemmTimeShare").asDouble(),
                100 * node.get("gemmCpuShare").asDouble(),
                node.get("peakRssBytes").asDouble() / 1e9);
    }

    /** The largest resident set of this process so far; 0 where the system does not say. */
    private static long peakRss() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
