package observatory.analysis.replay;

import java.util.List;
import java.util.Optional;
import observatory.analysis.Verdict;

/**
 * What a replay of an incident came to: what was run, what it showed, and what it says about the cause.
 *
 * @param incident what was replayed, such as {@code bad_batch}, or {@code step} where only a step was named
 * @param errorProbability that the verdict is wrong, as the test that decided states it; 1 where it is undetermined
 * @param because the verdict in words, with its numbers
 * @param symptom the signal by which a course was told to have the incident or not; empty where none departed
 * @param notRun what could not be run, each with its reason
 * @param complete false where it was interrupted; it goes on where it stopped
 */
public record ReplayResult(
        String run,
        String incident,
        Steps steps,
        Verdict verdict,
        double errorProbability,
        String because,
        Reproduction reproduction,
        String symptom,
        List<Outcome> outcomes,
        List<Culprit> samples,
        Optional<Departures.First> firstSite,
        Optional<Long> leadSteps,
        List<Intervention> interventions,
        List<NotRun> notRun,
        List<Curve> curves,
        Cost cost,
        boolean complete) {

    public ReplayResult {
        outcomes = List.copyOf(outcomes);
        samples = List.copyOf(samples);
        interventions = List.copyOf(interventions);
        notRun = List.copyOf(notRun);
        curves = List.copyOf(curves);
    }

    /**
     * @param checkpoint after which step the replay begins; 0 is the beginning of the run
     * @param first first step that was varied
     * @param last last step
     */
    public record Steps(long checkpoint, long first, long last) {}

    /**
     * Whether the run came out again as it was recorded.
     *
     * @param same whether all that was compared has the same bits
     * @param difference where it first differs, in words; empty where it does not
     * @param weights whether the re-run has the weights of a later checkpoint: same, differ, or not compared
     * @param batch whether the tokens of the first differing step are the same: same, differ, or not compared
     * @param arithmetic how many repeats of that step agreed with one another; in words
     */
    public record Reproduction(
            boolean same, int steps, long values, String difference, String weights, String batch, String arithmetic) {}

    /**
     * One thing varied.
     *
     * @param group what it belongs to: baseline, data, state, optimiser, precision, hardware
     * @param symptom mean over the repeats
     * @param removed share of the symptom of the run as it was that is gone; may be below 0
     * @param noise what is gone in standard deviations of the repeats, of the run as it was or
     * varied, whichever spread more
     * @param p of the permutation test against the run as it was; 1 where there was one repeat
     * @param loss of the last step of the incident, mean over the repeats
     * @param firstBad first site that is not finite; empty where all are finite
     */
    public record Outcome(
            String group,
            String name,
            int repeats,
            double symptom,
            double spread,
            double removed,
            double noise,
            double p,
            double loss,
            String firstBad) {

        /** What is gone, in percent; empty of the run as it was. */
        public String gone() {
            return group.equals("baseline") ? "" : Weighing.percent(removed);
        }
    }

    /**
     * A sequence of the batch, the worst first.
     *
     * @param departure of its own loss from those of the sequences before, in deviations
     * @param gradient share of the gradient norm that is gone without it
     * @param named whether it is one of the culprits
     * @param why in words
     */
    public record Culprit(
            long step,
            int rank,
            int number,
            String source,
            long offset,
            double loss,
            double departure,
            double gradient,
            boolean named,
            String why,
            String text) {}

    /**
     * What could be done, tried forward from the checkpoint.
     *
     * @param loss on sequences held for the comparison, after all its steps
     * @param symptom strongest over its steps
     * @param commands for the trainer, as JSON; empty where no command does it
     * @param best whether it came out best
     */
    public record Intervention(
            String name, int steps, double loss, double symptom, int skipped, List<String> commands, boolean best) {}

    public record NotRun(String what, String why) {}

    /** The loss of one course over the steps. */
    public record Curve(String name, long[] steps, double[] losses) {}

    /**
     * @param trials run now
     * @param resumed taken over from an earlier attempt
     * @param checkpointBytes of the ring on disk
     */
    public record Cost(int trials, int resumed, double seconds, long checkpointBytes) {}
}
