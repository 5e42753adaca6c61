package observatory.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.stream.wire.Json;
import observatory.trainer.Corpus;
import observatory.trainer.CorpusFiles;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Activation;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Position;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;
import observatory.trainer.Validation;
import observatory.trainer.cpu.Convergence;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Whether training learns: losses on held-back bytes of the bundled corpus, beside a byte model with back-off. */
@Command(
        name = "convergence",
        mixinStandardHelpOptions = true,
        description = "Train on nine tenths of the bundled corpus and compare with an order-3 byte model on the rest.")
final class BenchConvergenceCommand implements Callable<Integer> {
    private static final int BYTES = 256;
    private static final int WARMUP = 100;
    private static final Validation HELD_BACK = new Validation(0.1, 1, 24);

    @ParentCommand
    private BenchCommand parent;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "3600", description = "Steps (${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "5",
            description = "Longest time of one training (${DEFAULT-VALUE}).")
    private int minutes;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            defaultValue = "0.005",
            description = "Peak of the learning rate (${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "Sequences of a step (${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--variants",
            description = "Every position, activation and norm at 2 x 64 instead of the demo's 4 x 128.")
    private boolean variants;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (all cores).")
    private Integer threads;

    @Override
    public Integer call() {
        if (steps < 1 || minutes < 1) {
            throw Failure.usage("steps and minutes are at least 1: steps=" + steps + ", minutes=" + minutes);
        }
        ObjectNode result = Json.mapper().createObjectNode();
        ArrayNode runs = result.putArray("runs");
        Corpus corpus = CorpusFiles.bundled();
        for (ModelSpec model : models()) {
            Convergence found = train(corpus, model);
            ObjectNode node = runs.addObject()
                    .put("model", model.label())
                    .put("parameters", model.parameters())
                    .put("steps", found.steps())
                    .put("seconds", found.seconds())
                    .put("nats", found.loss())
                    .put("order3Nats", found.ngramLoss());
            if (!json) {
                parent.console()
                        .result(String.format(
                                Locale.ROOT,
                                "%s: %.4f nats per held-back byte after %d steps in %.0f s; an order-3 byte model: %.4f",
                                node.get("model").asText(),
                                found.loss(),
                                found.steps(),
                                found.seconds(),
                                found.ngramLoss()));
            }
        }
        if (json) {
            parent.console().result(result.toString());
        }
        return ExitCode.OK;
    }

    private List<ModelSpec> models() {
        if (!variants) {
            return List.of(new ModelSpec(4, 4, 128, 128, BYTES, Norm.LAYERNORM));
        }
        List<ModelSpec> models = new ArrayList<>();
        for (Norm norm : Norm.values()) {
            for (Position position : Position.values()) {
                for (Activation activation : Activation.values()) {
                    models.add(new ModelSpec(2, 2, 64, 64, BYTES, norm)
                            .with(position)
                            .with(activation));
                }
            }
        }
        return models;
    }

    private Convergence train(Corpus corpus, ModelSpec model) {
        TrainingSpec training =
                new TrainingSpec(steps, batch, rate, Math.min(WARMUP, steps / 4), 1, Precision.FP32, 1).with(HELD_BACK);
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        long deadline = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        return Convergence.of(corpus, model, training, workers, System::nanoTime, () -> System.nanoTime() > deadline);
    }
}
