package observatory.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.stream.wire.Json;
import observatory.trainer.cuda.CudaBench;
import observatory.trainer.cuda.CudaProbe;
import observatory.trainer.cuda.Measured;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Everything that is claimed of a GPU, measured on the one that is here. */
@Command(
        name = "cuda",
        mixinStandardHelpOptions = true,
        description = {
            "Measure the CUDA trainer on this machine's GPU, and check it against the CPU's.",
            "Parts: kernels, curve, repeats, throughput, overhead, bandwidth, torch (the loss curve beside PyTorch's),"
                    + " everything (each kernel once); all unless named.",
            "A part that fails does not keep the others from running.",
            "Where there is no usable GPU it says what is missing and ends with status 3."
        })
final class BenchCudaCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand parent;

    @Parameters(paramLabel = "PART", arity = "0..*", description = "What to measure.")
    private List<String> parts;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(
            names = "--peak-teraflops",
            paramLabel = "TF",
            defaultValue = "989",
            description =
                    "Dense bf16 peak that utilisation is related to; ${DEFAULT-VALUE} is an H100's and an H200's.")
    private double peakTeraflops;

    @Option(
            names = "--python",
            paramLabel = "PYTHON",
            defaultValue = "python3",
            description =
                    "Interpreter whose PyTorch the loss curve is compared with, where it has one; ${DEFAULT-VALUE}.")
    private String python;

    @Override
    public Integer call() {
        CudaProbe.Found found = CudaProbe.probe();
        if (!found.usable()) {
            throw new Failure(ExitCode.CONFIGURATION, "no measurement without a GPU: " + found.reason());
        }
        Console console = parent.console();
        ObjectNode result = Json.mapper().createObjectNode();
        result.put("device", found.reason()).put("driver", found.driver()).put("capability", found.capability());
        ArrayNode lines = result.putArray("measured");
        boolean[] kept = {true};
        CudaBench bench = new CudaBench(System::nanoTime, peakTeraflops, python, measured -> {
            kept[0] &= !measured.verdict().equals("fail");
            add(lines.addObject(), measured);
            if (json) {
                console.say(measured.toString());
            } else {
                console.result(measured.toString());
            }
        });
        try {
            (parts == null ? CudaBench.PARTS : parts).forEach(bench::run);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e.getMessage());
        }
        if (json) {
            console.result(result.toString());
        }
        return kept[0] ? ExitCode.OK : ExitCode.INTERNAL;
    }

    private static void add(ObjectNode node, Measured measured) {
        node.put("name", measured.name()).put("verdict", measured.verdict());
        ObjectNode numbers = node.putObject("numbers");
        measured.numbers().forEach((name, value) -> {
            switch (value) {
                case Double number -> numbers.put(name, number);
                case Integer number -> numbers.put(name, number);
                case Long number -> numbers.put(name, number);
                case Boolean flag -> numbers.put(name, flag);
                default -> numbers.put(name, value.toString());
            }
        });
    }
}
