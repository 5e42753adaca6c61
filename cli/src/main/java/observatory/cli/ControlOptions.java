package observatory.cli;

import java.nio.file.Path;
import java.util.List;
import observatory.probe.Pack;
import observatory.stream.attach.Operators;
import observatory.stream.control.Gate;
import picocli.CommandLine.Option;

/** Whose commands a run obeys, and what they may ask for. */
public final class ControlOptions {
    @Option(
            names = "--control-key",
            paramLabel = "FILE",
            description = "Public key of an operator whose commands the run obeys; nobody's unless given. Repeatable.")
    private List<Path> keys;

    @Option(
            names = "--control-ceiling",
            paramLabel = "SHARE",
            defaultValue = "0.05",
            description = "What a command may add to a step, as a share of its time (${DEFAULT-VALUE}).")
    private double ceiling;

    @Option(
            names = "--control-profile",
            paramLabel = "PACK",
            split = ",",
            completionCandidates = Words.Packs.class,
            description = "Packs a command may ask for: ${COMPLETION-CANDIDATES}; all but forensic unless given.")
    private List<Pack> profiles;

    public Control control() {
        return Control.trusting(keys, ceiling(), profiles);
    }

    /** The same for a trainer in another process. */
    public Operators operators() {
        Gate.Limits limits = control().limits();
        return new Operators(Control.lines(keys), limits.cost(), limits.profiles());
    }

    private double ceiling() {
        if (!(ceiling >= 0 && ceiling <= 1)) {
            throw Failure.usage("the ceiling is a share of a step's time, from 0 to 1: --control-ceiling=" + ceiling
                    + "; try 0.05");
        }
        return ceiling;
    }
}
