package observatory.analysis.replay;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Incident;
import observatory.analysis.Verdict;
import observatory.stream.wire.Json;

/**
 * The same experiment for a run of another framework: what its log alone tells, and the runs that would tell the rest,
 * in the flags of that framework where they are known to exist. Nothing of it is executed here.
 *
 * @param verdict of the detectors on the log; a log tells that something happened, and seldom why
 * @param tells what the log tells, in words
 */
public record ForeignRecipe(
        String run, String framework, Incident incident, String verdict, String tells, List<Run> runs) {
    /** PaLM restarted about 100 steps before a spike, and skipped 200 to 500 batches (arXiv 2204.02311, 5.1). */
    private static final long BEFORE = 100;

    private static final long FAR = 64;
    private static final long LEAD = 8;

    /** Repeats of each run, so that two groups of them can be told apart: 252 ways to split five and five. */
    private static final int REPEATS = 5;

    /**
     * One run of the experiment.
     *
     * @param means what it would mean that the incident is gone
     * @param flags added to the command line of the run, or what to do by hand
     */
    public record Run(String name, String means, String flags) {}

    /**
     * @param framework name of the log's format
     * @param precision of the run where the log tells it
     */
    public static ForeignRecipe of(String run, String framework, Incident incident, Optional<String> precision) {
        // What came long before the worst step, a first sign perhaps, is not what is to be replayed.
        boolean early = incident.peakStep() - incident.firstStep() > FAR;
        long from = Math.max(0, early ? incident.peakStep() - LEAD : incident.firstStep());
        long to = Math.max(Math.min(incident.lastStep(), incident.peakStep() + FAR), from);
        long back = Math.max(0, from - BEFORE);
        ForeignWords words = ForeignWords.of(framework);
        String load = words.load(back);
        List<Run> runs = new ArrayList<>();
        runs.add(new Run(
                "as it was, twice",
                "two runs of the same bits that agree with each other and not with the log: the hardware did it; that"
                        + " disagree: the kernels are not deterministic, and every later comparison needs repeats",
                load + words.deterministic()));
        runs.add(new Run(
                "other batches in " + Incident.steps(from, to),
                "gone: the data, if the same batches do it to an earlier checkpoint as well",
                load + words.skip(from, to)));
        runs.add(new Run(
                "the same batches at an earlier checkpoint",
                "there as well: the data alone; gone: the state of weights and moments takes part",
                words.load(Math.max(0, back - BEFORE)) + ", with the data position of " + Incident.step(from)));
        runs.add(new Run(
                "a tenth of the learning rate",
                "gone, and not with other batches: the optimiser",
                load + words.rate()));
        runs.add(new Run(
                "the moments of Adam reset",
                "gone: the optimiser's state, as after a long quiet stretch (Molybog et al., arXiv 2304.09871)",
                load + words.moments()));
        runs.add(new Run(
                "another number format"
                        + precision.map(known -> ", the run is in " + known).orElse(""),
                "gone: numerical",
                load + words.precision()));
        return new ForeignRecipe(
                run,
                framework,
                incident,
                incident.verdict().label(),
                incident.summary() + " " + incident.explanation()
                        + (incident.verdict() == Verdict.UNDETERMINED
                                ? " Loss and gradient norm alone do not tell why."
                                : " That is what the detectors say of it; no experiment was made."),
                runs);
    }

    public ObjectNode json() {
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("run", run)
                .put("framework", framework)
                .put("incident", incident.kind().label())
                .put("firstStep", incident.firstStep())
                .put("peakStep", incident.peakStep())
                .put("lastStep", incident.lastStep())
                .put("verdict", verdict)
                .put("errorProbability", 1)
                .put("because", tells)
                .put("executed", false);
        node.putArray("outcomes");
        node.putArray("samples");
        node.put("repeats", REPEATS);
        ArrayNode recipe = node.putArray("recipe");
        runs.forEach(one -> recipe.addObject()
                .put("name", one.name())
                .put("flags", one.flags())
                .put("means", one.means())
                .put("executed", false));
        return node;
    }

    public String text() {
        StringBuilder text = new StringBuilder(run)
                .append(", ")
                .append(incident.kind().label())
                .append(", step ")
                .append(incident.firstStep())
                .append('\n')
                .append(tells)
                .append("\n\nNot executed: ")
                .append(framework)
                .append(" runs elsewhere. The same experiment there, ")
                .append(REPEATS)
                .append(" repeats of each with another order of the micro-batches:\n");
        for (Run one : runs) {
            text.append("\n* ")
                    .append(one.name())
                    .append("\n    ")
                    .append(one.flags())
                    .append("\n    ")
                    .append(one.means())
                    .append('\n');
        }
        return text.toString().stripTrailing();
    }
}
