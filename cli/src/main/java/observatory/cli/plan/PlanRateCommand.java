package observatory.cli.plan;

import java.util.Locale;
import java.util.concurrent.Callable;
import observatory.analysis.scaling.LossLaw;
import observatory.analysis.scaling.Utilisation;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What devices achieve, from the time of a step: the figure a plan needs, and a check of the architecture. */
@Command(
        name = "rate",
        mixinStandardHelpOptions = true,
        description = "Operations a second and utilisation of a transformer, from the time of a step.")
final class PlanRateCommand implements Callable<Integer> {
    @ParentCommand
    private PlanCommand parent;

    @Option(names = "--layers", required = true, paramLabel = "N", description = "Layers.")
    private int layers;

    @Option(names = "--width", required = true, paramLabel = "N", description = "Width of the residual stream.")
    private int width;

    @Option(names = "--vocabulary", required = true, paramLabel = "N", description = "Size of the vocabulary.")
    private int vocabulary;

    @Option(names = "--sequence", required = true, paramLabel = "TOKENS", description = "Tokens of a sequence.")
    private int sequence;

    @Option(names = "--batch", required = true, paramLabel = "N", description = "Sequences of a step.")
    private long batch;

    @Option(names = "--seconds", required = true, paramLabel = "S", description = "Time of a step.")
    private double seconds;

    @Option(names = "--gpus", required = true, paramLabel = "N", description = "Devices.")
    private int devices;

    @Option(
            names = "--peak",
            paramLabel = "T",
            defaultValue = "312",
            description = "TFLOP/s of a device (${DEFAULT-VALUE}).")
    private double peak;

    @Option(names = "--recompute", description = "Activations are computed again for the backward pass.")
    private boolean recompute;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (Math.min(Math.min(layers, width), Math.min(vocabulary, sequence)) < 1
                || batch < 1
                || devices < 1
                || !(seconds > 0)) {
            throw Failure.usage("layers, width, vocabulary, sequence, batch, gpus and seconds are above 0");
        }
        Utilisation model = new Utilisation(layers, width, vocabulary, sequence);
        double perDevice = seconds * devices;
        double hardware = model.stepFlops(batch, recompute) / perDevice / 1e12;
        double needed = model.stepFlops(batch, false) / perDevice / 1e12;
        double simple = LossLaw.FLOPS * model.parameters() * batch * sequence / perDevice / 1e12;
        parent.console()
                .result(json ? document(model, hardware, needed, simple) : text(model, hardware, needed, simple));
        return ExitCode.OK;
    }

    private String document(Utilisation model, double hardware, double needed, double simple) throws Exception {
        return Json.mapper()
                .writeValueAsString(Json.mapper()
                        .createObjectNode()
                        .put("parameters", model.parameters())
                        .put("hardwareTflops", hardware)
                        .put("modelTflops", needed)
                        .put("sixNdTflops", simple)
                        .put("modelUtilisation", needed / peak)
                        .put("hardwareUtilisation", hardware / peak));
    }

    private String text(Utilisation model, double hardware, double needed, double simple) {
        return String.format(
                Locale.ROOT,
                """
                parameters   %,d (layers, embedding and norms, no position embedding)
                hardware     %.2f TFLOP/s a device, %.1f %% of %.4g%s
                model        %.2f TFLOP/s a device, %.1f %%, attention counted without its causal half
                for a plan   --tflops %.1f (6 N D)""",
                model.parameters(),
                hardware,
                100 * hardware / peak,
                peak,
                recompute ? ", recomputation included" : "",
                needed,
                100 * needed / peak,
                simple);
    }
}
