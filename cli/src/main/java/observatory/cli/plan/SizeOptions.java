package observatory.cli.plan;

import observatory.analysis.scaling.LossLaw;
import observatory.cli.Failure;
import picocli.CommandLine.Option;

/** The size of a model and the tokens it is or was trained on. */
final class SizeOptions {
    @Option(names = "--params", paramLabel = "N", converter = Quantity.class, description = "Parameters of the model.")
    Double parameters;

    @Option(names = "--tokens", paramLabel = "D", converter = Quantity.class, description = "Tokens it is trained on.")
    Double tokens;

    /** Whether both were given. */
    boolean whole() {
        return parameters != null && tokens != null;
    }

    /** Both of them; a usage failure where one is missing. */
    LossLaw.Split split() {
        if (!whole()) {
            throw Failure.usage("give both --params and --tokens: the size of the model and the tokens it has seen");
        }
        return new LossLaw.Split(parameters, tokens);
    }
}
