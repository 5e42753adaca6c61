package observatory.cli.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import observatory.analysis.scaling.Evaluations;
import observatory.analysis.scaling.Family;
import observatory.analysis.scaling.Score;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Readable;
import observatory.stream.wire.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Which model of a reference family a run's evaluations are worth. */
@Command(
        name = "size",
        mixinStandardHelpOptions = true,
        description = "Read evaluations as the size of a reference model with the same score.")
final class PlanSizeCommand implements Callable<Integer> {
    @ParentCommand
    private PlanCommand parent;

    @Parameters(paramLabel = "EVALS", description = "lm-evaluation-harness JSON, keyed by step, or a folder of them.")
    private Path evaluations;

    @Option(
            names = "--reference",
            required = true,
            split = ",",
            paramLabel = "SIZE=SCORE",
            description = "The family: 1.3B=45.30,6.7B=49.28. Scores in percent.")
    private Map<String, Double> reference;

    @Option(
            names = "--metric",
            paramLabel = "NAME",
            defaultValue = "acc",
            description = "Mean of this metric over tasks (${DEFAULT-VALUE}).")
    private String metric;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<Family.Member> members = new ArrayList<>();
        reference.forEach((size, score) -> members.add(new Family.Member(new Quantity().convert(size), score)));
        Family family = new Family(members);
        Readable.INPUT.check("result of an evaluation", evaluations);
        SortedMap<Long, Score> scores;
        try {
            scores = Evaluations.read(evaluations, metric);
        } catch (IOException e) {
            throw Readable.INPUT.failed("result of an evaluation", evaluations, e);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
        ArrayNode list = Json.mapper().createArrayNode();
        StringBuilder text = new StringBuilder();
        scores.forEach((step, score) -> {
            Family.Equivalent found = family.equivalent(score);
            list.addObject().put("step", step).put("score", score.value()).putPOJO("equivalent", found);
            text.append(String.format(
                    Locale.ROOT,
                    "step %8d  score %6.2f +- %.2f  this run is where a model of %s parameters should be (%s to %s)%s%n",
                    step,
                    score.value(),
                    score.standardError(),
                    Quantity.of(found.parameters()),
                    Quantity.of(found.interval().low()),
                    Quantity.of(found.interval().high()),
                    found.extrapolated() ? ", outside the family: a guess" : ""));
        });
        parent.console()
                .result(
                        json
                                ? Json.mapper().writeValueAsString(list)
                                : text.toString().stripTrailing());
        return ExitCode.OK;
    }
}
