package observatory.cli.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import observatory.analysis.scaling.BatchRamp;
import observatory.analysis.scaling.Hardware;
import observatory.analysis.scaling.Kaplan;
import observatory.analysis.scaling.LossLaw;
import observatory.analysis.scaling.Plan;
import observatory.cli.Console;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Observatory;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What to train with a budget. */
@Command(
        mixinStandardHelpOptions = true,
        description =
                "Plan a run: tokens, steps, device-hours and batches for a budget, by a scaling law. Parameters or tokens that"
                        + " are not given are the best for the budget, or what it leaves.",
        subcommands = {PlanFitCommand.class, PlanLagCommand.class, PlanRateCommand.class, PlanSizeCommand.class})
public final class PlanCommand implements Callable<Integer> {
    @ParentCommand
    private Observatory parent;

    @Option(
            names = "--flops",
            paramLabel = "FLOP",
            converter = Quantity.class,
            description = "Budget in floating-point operations.")
    private Double flops;

    @Option(
            names = "--gpu-hours",
            paramLabel = "HOURS",
            converter = Quantity.class,
            description = "Budget in device-hours.")
    private Double deviceHours;

    @Mixin
    private SizeOptions size;

    @Option(
            names = "--law",
            paramLabel = "LAW",
            converter = LawOption.class,
            defaultValue = "besiroglu",
            description = "besiroglu, hoffmann or E,A,B,alpha,beta (${DEFAULT-VALUE}).")
    private LossLaw law;

    @Option(names = "--gpus", paramLabel = "N", defaultValue = "1", description = "Devices (${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--tflops",
            paramLabel = "T",
            defaultValue = "100",
            description = "What each achieves, in 10^12 operations a second (${DEFAULT-VALUE}).")
    private double teraflops;

    @Option(
            names = "--sequence",
            paramLabel = "TOKENS",
            defaultValue = "2048",
            description = "Tokens of a sequence (${DEFAULT-VALUE}).")
    private int sequence;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "512",
            description = "Largest batch, in sequences (${DEFAULT-VALUE}).")
    private long batch;

    @Option(
            names = "--first-batch",
            paramLabel = "N",
            description = "Batch to begin with, in sequences (a sixteenth of the largest).")
    private Long firstBatch;

    @Option(
            names = "--noise-scale",
            paramLabel = "TOKENS",
            converter = Quantity.class,
            description = "Measured gradient noise scale, in tokens.")
    private Double noiseScale;

    @Option(names = "--noise-loss", paramLabel = "NATS", description = "Loss at which it was measured, in nats.")
    private Double noiseLoss;

    @Option(
            names = "--unique-tokens",
            paramLabel = "D",
            converter = Quantity.class,
            description = "Tokens of data there are; what goes beyond is repeated.")
    private Double uniqueTokens;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    Console console() {
        return parent.console();
    }

    @Override
    public Integer call() throws Exception {
        Hardware hardware = new Hardware(devices, teraflops * 1e12);
        Plan plan = Plan.of(law, split(hardware), hardware, batches());
        console().result(json ? document(plan) : text(plan));
        return ExitCode.OK;
    }

    private LossLaw.Split split(Hardware hardware) {
        if (size.whole()) {
            return size.split();
        }
        if ((flops == null) == (deviceHours == null)) {
            throw Failure.usage("give a budget as --flops or as --gpu-hours, or both --params and --tokens");
        }
        double budget = flops != null ? flops : deviceHours * 3600 * hardware.achieved();
        double product = budget / LossLaw.FLOPS;
        if (size.parameters != null) {
            return new LossLaw.Split(size.parameters, product / size.parameters);
        }
        return size.tokens != null ? new LossLaw.Split(product / size.tokens, size.tokens) : law.optimal(budget);
    }

    private Plan.Batches batches() {
        if ((noiseScale == null) != (noiseLoss == null)) {
            throw Failure.usage("a noise scale grows as the loss falls: give --noise-scale and --noise-loss together");
        }
        long first = firstBatch != null ? firstBatch : noiseScale == null ? batch : Math.max(1, batch / 16);
        return new Plan.Batches(
                sequence,
                new BatchRamp.Bounds(first, batch),
                Optional.ofNullable(noiseScale).map(scale -> new Kaplan.Measured(scale, noiseLoss)));
    }

    private static String document(Plan plan) throws JsonProcessingException {
        ObjectNode node = Json.mapper().createObjectNode();
        node.putPOJO("run", plan.run());
        node.put("loss", plan.loss());
        node.put("flops", plan.run().flops());
        node.put("deviceHours", plan.deviceHours());
        node.put("days", plan.days());
        node.put("steps", Math.round(plan.steps()));
        node.putPOJO("ramp", plan.ramp().stages());
        node.put("megatron", plan.ramp().megatron());
        node.putPOJO("batchCost", plan.cost().orElse(null));
        node.putPOJO("optimal", plan.optimal());
        node.putPOJO("efficientAgainstConverged", plan.converged());
        return Json.mapper().writeValueAsString(node);
    }

    private String text(Plan plan) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "model",
                "%s parameters, %s tokens (%.1f a parameter)",
                Quantity.of(plan.run().parameters()),
                Quantity.of(plan.run().tokens()),
                plan.run().tokensPerParameter());
        if (uniqueTokens != null) {
            line(
                    text,
                    "data",
                    "%.1f epochs of %s tokens, worth %s new ones",
                    plan.run().tokens() / uniqueTokens,
                    Quantity.of(uniqueTokens),
                    Quantity.of(Plan.worth(uniqueTokens, plan.run().tokens())));
        }
        line(text, "loss", "%.4f nats a token at the end, by the law", plan.loss());
        line(
                text,
                "compute",
                "%.3g FLOP = %.3g PF-days",
                plan.run().flops(),
                plan.run().flops() / Kaplan.PETAFLOP_DAY);
        line(
                text,
                "time",
                "%.4g device-hours; %.1f days on %d %s at %.4g TFLOP/s each",
                plan.deviceHours(),
                plan.days(),
                devices,
                devices == 1 ? "device" : "devices",
                teraflops);
        line(text, "steps", "%,d", Math.round(plan.steps()));
        line(text, "batches", "%s", ramp(plan));
        plan.cost()
                .ifPresent(cost -> line(
                        text,
                        "",
                        "critical batch at the end %s tokens: %.2f x the least steps, %.2f x the least tokens (a proxy: trend and order of magnitude)",
                        Quantity.of(cost.criticalTokens()),
                        cost.steps(),
                        cost.tokens()));
        line(
                text,
                "optimal",
                "%s parameters, %s tokens, loss %.4f for the same compute",
                Quantity.of(plan.optimal().parameters()),
                Quantity.of(plan.optimal().tokens()),
                law.loss(plan.optimal()));
        line(
                text,
                "converged",
                "training a model to 2 %% above convergence instead: %.2f x smaller, %.2f x the steps, %.2f x the compute",
                plan.converged().parameters(),
                1 / plan.converged().steps(),
                1 / plan.converged().compute());
        return text.toString().stripTrailing();
    }

    private static String ramp(Plan plan) {
        return plan.ramp().stages().size() == 1
                ? plan.ramp().stages().getFirst().sequences() + " sequences throughout"
                : "--step-batch-size-schedule \"" + plan.ramp().megatron() + "\"";
    }

    private static void line(StringBuilder text, String name, String format, Object... values) {
        text.append(String.format(Locale.ROOT, "%-10s ", name))
                .append(String.format(Locale.ROOT, format, values))
                .append('\n');
    }
}
