package observatory.cli.plan;

import java.util.Locale;
import java.util.concurrent.Callable;
import observatory.analysis.scaling.Lag;
import observatory.analysis.scaling.LossLaw;
import observatory.cli.ExitCode;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Which size a run's validation loss belongs to. */
@Command(
        name = "lag",
        mixinStandardHelpOptions = true,
        description =
                "Read a validation loss as the size of the model that should have it. Only a law of the same data and"
                        + " tokenizer answers this; a hundredth of a nat is a fifth of the size.")
final class PlanLagCommand implements Callable<Integer> {
    @ParentCommand
    private PlanCommand parent;

    @Mixin
    private SizeOptions size;

    @Option(names = "--loss", required = true, paramLabel = "NATS", description = "Validation loss, per token.")
    private double loss;

    @Option(
            names = "--law",
            required = true,
            paramLabel = "LAW",
            converter = LawOption.class,
            description = "The law of `plan fit`: E,A,B,alpha,beta; or besiroglu, hoffmann.")
    private LossLaw law;

    @Option(
            names = "--error",
            defaultValue = "0.005",
            paramLabel = "SHARE",
            description = "Standard error of law and loss together, as a share of the loss (${DEFAULT-VALUE}).")
    private double error;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Lag lag = Lag.of(law, size.split(), loss, new Lag.LogError(error, 0, 0));
        parent.console().result(json ? Json.mapper().writeValueAsString(lag) : text(lag));
        return ExitCode.OK;
    }

    private String text(Lag lag) {
        return String.format(
                Locale.ROOT,
                "loss %.4f, expected %.4f: %.1f standard errors above%n"
                        + "this run is where a model of %s parameters should be (95 %%: %s to %s), or itself after %s tokens%n%s",
                loss,
                lag.expected(),
                lag.deviations(),
                Quantity.of(lag.parameters()),
                Quantity.of(lag.interval().low()),
                Quantity.of(lag.interval().high()),
                Quantity.of(lag.tokens()),
                lag.flagged()
                        ? String.format(
                                Locale.ROOT, "it lags: %.2f x smaller than it is", size.parameters / lag.parameters())
                        : "it does not lag by more than the error explains");
    }
}
