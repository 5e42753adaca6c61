package observatory.analysis.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;

/**
 * The batch is to blame, with its sequences as witnesses: their losses against the level of their sources, both tails,
 * and what their tokens look like. Data is named as the cause where the excess sits in a few sequences, where the
 * tokens themselves are unlike all before, or where the batches after it are at once back at the old level, so that the
 * model's state was not damaged. A rise of all sequences that stays is no matter of data and is left to others.
 */
public final class BadBatch implements Detector<BadBatch.State> {
    static final Setting HIGH = new Setting(
            "bad_batch.high",
            6,
            Setting.from(3, 50),
            "deviations",
            "losses of sequences of one source have tails to one side; six deviations of the mean of a batch are no chance");
    static final Setting TOKENS = new Setting(
            "bad_batch.tokens",
            6,
            Setting.from(3, 100),
            "deviations",
            "the mean token entropy of a batch varies little, and its losses must be off as well: six deviations are another"
                    + " kind of text");
    static final Setting LOW = new Setting(
            "bad_batch.low",
            0.3,
            Setting.from(0.01, 0.9),
            "share of the level",
            "text that costs a third of the usual is repetition: OSCAR's and OPT's backslashes had it");
    static final List<Setting> SETTINGS = List.of(HIGH, TOKENS, LOW);

    /** Of the batch: as many high sequences make the batch bad, not one of its documents. */
    private static final double MANY = 0.5;
    /** Batches in a row that may be bad for one reason in the data; longer is another state of things. */
    private static final int LONGEST = 16;
    /** Of {@link #HIGH}: enough where it happens twice in a row, which chance does once in 10⁸. */
    private static final double AGAIN = 2.0 / 3;
    /** Of the excess, that must be gone in one step for the state to be called undamaged. */
    private static final double GONE = 0.75;

    private static final double ENTROPY_FLOOR = 0.05;

    /**
     * @param tokens mean token entropy of batches
     * @param high batches in a row in which many sequences were high, with their first step
     * @param excess the largest mean excess among them
     * @param together the largest deviation of their means
     */
    public record State(SourceLevels losses, Baseline tokens, int high, long since, double excess, double together) {}

    private final Settings settings;

    public BadBatch(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.batch();
    }

    @Override
    public State start() {
        return new State(SourceLevels.start(), Baseline.start(), 0, -1, 0, 0);
    }

    /** What the sequences of a batch say together. */
    private record Witness(int high, int low, int known, double excess, double together, double tokens) {

        /** Of {@code known} independent sequences the mean has their deviation over the root of their number. */
        private boolean allHigh(double bound) {
            return known > 0 && high > MANY * known && together > bound;
        }
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Batch batch = frame.batch().orElseThrow();
        Optional<Double> entropy = mean(batch, "token_entropy");
        Witness seen = witness(state, batch, entropy);
        boolean odd = Math.abs(seen.tokens) > settings.get(TOKENS);
        boolean many = seen.allHigh(AGAIN * settings.get(HIGH));
        boolean lowMany = seen.low > MANY * seen.known && seen.known > 0;
        if (odd && (many || lowMany)) {
            State next = new State(state.losses, state.tokens, 0, -1, 0, 0);
            return Judgement.of(
                    next,
                    finding(
                            frame,
                            seen,
                            frame.step(),
                            "their tokens are unlike all before (" + Numbers.of(Math.abs(seen.tokens))
                                    + " deviations in entropy)"));
        }
        if (many) {
            long since = state.since < 0 ? frame.step() : state.since;
            boolean lasts = state.high + 1 > LONGEST;
            return Judgement.quiet(new State(
                    lasts ? state.losses.with(batch) : state.losses,
                    state.tokens,
                    state.high + 1,
                    since,
                    Math.max(state.excess, seen.excess),
                    Math.max(state.together, seen.together)));
        }
        Baseline tokens = entropy.isPresent() && !odd ? state.tokens.learn(entropy.get()) : state.tokens;
        State next = new State(state.losses.with(batch), tokens, 0, -1, 0, 0);
        boolean clear = state.high > 1 || state.together > settings.get(HIGH);
        if (state.high > 0 && clear && state.high <= LONGEST && seen.excess < (1 - GONE) * state.excess) {
            return Judgement.of(
                    next,
                    finding(
                            frame,
                            seen,
                            state.since,
                            "the batches of %,d steps alone were high, and the next is back at the level of its sources"
                                    .formatted(state.high)));
        }
        return Judgement.quiet(next);
    }

    private Witness witness(State state, Batch batch, Optional<Double> entropy) {
        int high = 0;
        int low = 0;
        int known = 0;
        double excess = 0;
        double[] deviations = new double[batch.sequences().size()];
        for (int i = 0; i < batch.sequences().size(); i++) {
            Batch.Sequence sequence = batch.sequences().get(i);
            double away = state.losses.deviations(sequence);
            if (Double.isNaN(away)) {
                continue;
            }
            deviations[known++] = away;
            excess += sequence.loss() - state.losses.level(sequence);
            high += away > 1 ? 1 : 0;
            low += sequence.loss() < settings.get(LOW) * state.losses.level(sequence) ? 1 : 0;
        }
        double tokens = entropy.isPresent() && state.tokens.known()
                ? (entropy.get() - state.tokens.level()) / state.tokens.cautious(ENTROPY_FLOOR)
                : 0;
        return known == 0
                ? new Witness(high, low, 0, 0, 0, tokens)
                : new Witness(high, low, known, excess / known, together(Arrays.copyOf(deviations, known)), tokens);
    }

    /**
     * The deviation of the mean of independent sequences. Each counts for at most twice the median one, so that one wild
     * document among sequences that are a little high by chance makes no batch.
     */
    private static double together(double[] deviations) {
        double most = Math.max(0, 2 * Median.of(deviations.clone()));
        return Arrays.stream(deviations).map(one -> Math.min(one, most)).sum() / Math.sqrt(deviations.length);
    }

    private static Optional<Double> mean(Batch batch, String metric) {
        for (Column column : batch.columns()) {
            if (column.metric().equals(metric) && column.size() > 0) {
                double sum = 0;
                for (double value : column.values()) {
                    sum += value;
                }
                return Double.isFinite(sum) ? Optional.of(sum / column.size()) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Finding finding(Frame frame, Witness seen, long since, String because) {
        long last = Math.max(since, frame.step() - 1);
        Evidence evidence = Evidence.none()
                .with("firstBadStep", since)
                .with("sequencesHigh", (long) seen.high)
                .with("sequencesLow", (long) seen.low)
                .with("sequences", (long) seen.known)
                .with("excess", seen.excess)
                .with("tokenDeviations", seen.tokens);
        return new Finding(
                "BadBatch",
                Kind.BAD_BATCH,
                Severity.WARNING,
                frame.step(),
                Math.abs(seen.tokens) + Math.abs(seen.excess),
                Verdict.DATA_DRIVEN,
                evidence,
                "From step %,d the sequences of the batch were off the level of their sources together: %s."
                        .formatted(since, because),
                "Data that is unlike what the model was trained on costs a large gradient in a direction of no use, and Adam"
                        + " remembers it for some hundred steps.",
                "Look at the documents of %s, and skip them: rewind to a checkpoint before them, as PaLM did with"
                                .formatted(Incident.steps(since, last))
                        + " 200 to 500 batches; if the loss is back already, taking them out of the data is enough.");
    }
}
