package observatory.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Words;
import observatory.probe.Pack;
import observatory.probe.builtin.Probes;
import observatory.stream.wire.Json;
import observatory.trainer.ModelSpec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What observing costs: each pack, each probe, and each hook, on the CPU trainer. */
@Command(
        name = "probes",
        mixinStandardHelpOptions = true,
        description = {
            "Measure what probes cost: step times with over without, in pairs of blocks on one model.",
            "Shapes: demo (4 x 128), small (6 x 384), gpt2 (12 x 768, vocabulary 50257)."
        })
public final class BenchProbesCommand implements Callable<Integer> {
    @ParentCommand
    private BenchCommand parent;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            defaultValue = "demo",
            completionCandidates = Words.Shapes.class,
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Shape shape;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "12",
            description = "Pairs of blocks of 10 steps, with and without (${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--packs",
            paramLabel = "PACK",
            split = ",",
            defaultValue = "continuous,profile,forensic",
            completionCandidates = Words.Packs.class,
            description = "Which packs, separated by commas (${DEFAULT-VALUE}).")
    private List<Pack> packs;

    @Option(
            names = "--each",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Also each probe by itself.")
    private boolean each;

    @Option(
            names = "--governor",
            description = "Also the packs once the governor has brought them to their budget, in blocks of 40 steps.")
    private boolean governor;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of the trainer (all cores).")
    private Integer threads;

    /** Models of known size, each with the batch it is measured at. */
    public enum Shape {
        DEMO(new ModelSpec(4, 4, 128, 64, 256, ModelSpec.Norm.LAYERNORM), 12),
        SMALL(new ModelSpec(6, 6, 384, 64, 256, ModelSpec.Norm.LAYERNORM), 12),
        GPT2(new ModelSpec(12, 12, 768, 64, 50257, ModelSpec.Norm.LAYERNORM), 4);

        final ModelSpec model;
        final int batch;

        Shape(ModelSpec model, int batch) {
            this.model = model;
            this.batch = batch;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT) + " " + model.layers() + "x" + model.width() + " B=" + batch + " T="
                    + model.context();
        }
    }

    @Override
    public Integer call() {
        if (pairs < 1) {
            throw Failure.usage("a measurement needs at least one pair of blocks: pairs=" + pairs + "; try 12");
        }
        int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        ObjectNode result = Json.mapper().createObjectNode();
        result.put("shape", shape.label()).put("threads", workers);
        try (ProbesBench bench = new ProbesBench(shape.model, shape.batch, workers)) {
            say("warming up");
            ProbesBench.Off off = bench.off();
            result.putObject("off")
                    .put("nanosPerHook", off.nanosPerHook())
                    .put("hooksPerStep", off.hooksPerStep())
                    .put("stepShare", off.stepShare())
                    .put("bytesPerStep", off.bytesPerStep());
            say("off: %.2f ns a hook, %d hooks a step: %.5f %% of a step, %d bytes allocated a step"
                    .formatted(off.nanosPerHook(), off.hooksPerStep(), 100 * off.stepShare(), off.bytesPerStep()));
            ArrayNode measured = result.putArray("packs");
            for (Pack pack : packs) {
                pack(measured.addObject(), pack, bench.pack(pack, pairs));
            }
            if (governor) {
                ArrayNode governed = result.putArray("governed");
                for (Pack pack : packs) {
                    if (Double.isFinite(pack.budget())) {
                        say("governed:");
                        pack(governed.addObject(), pack, bench.governed(pack, Math.max(2, pairs / 2)));
                    }
                }
            }
            ArrayNode probes = result.putArray("probes");
            if (each) {
                for (Probes.Entry entry : Probes.catalogue()) {
                    double ratio = bench.probe(entry, Math.max(2, pairs / 2));
                    probes.addObject().put("probe", entry.name()).put("overheadRatio", ratio);
                    say("%-26s %8.5f at its usual cadence, every %d steps"
                            .formatted(entry.name(), ratio, entry.usual().every()));
                }
            }
        }
        if (json) {
            parent.console().result(result.toString());
        }
        return ExitCode.OK;
    }

    private void pack(ObjectNode node, Pack pack, ProbesBench.Cost cost) {
        node.put("pack", pack.label())
                .put("overheadRatio", cost.ratio())
                .put("overheadRatioLow", cost.low())
                .put("overheadRatioHigh", cost.high())
                .put("cpuRatio", cost.cpuRatio())
                .put("hookP99Micros", cost.hookP99Micros())
                .put("bytesPerStep", cost.bytesPerStep())
                .put("stepMillis", cost.stepMillis());
        say(
                "%-10s step time with over without %.4f (95 %%: %.4f to %.4f), processor time %.4f, hook p99 %.1f µs, %d bytes"
                        .formatted(
                                pack.label(),
                                cost.ratio(),
                                cost.low(),
                                cost.high(),
                                cost.cpuRatio(),
                                cost.hookP99Micros(),
                                cost.bytesPerStep()));
    }

    private void say(String line) {
        if (json) {
            parent.console().say(line);
        } else {
            parent.console().result(line);
        }
    }
}
