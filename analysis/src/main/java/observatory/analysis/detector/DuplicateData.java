package observatory.analysis.detector;

import java.util.Arrays;
import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;

/**
 * The same sequences come again within a short time, or a batch is full of near copies: a loader that lost its place.
 */
public final class DuplicateData implements Detector<DuplicateData.State> {
    static final Setting SHARE = new Setting(
            "duplicate_data.share",
            0.5,
            Setting.from(0.01, 1),
            "share of a batch",
            "an epoch brings every sequence back after all others; half of a batch within some hundred batches is no epoch");
    static final Setting BATCHES = new Setting(
            "duplicate_data.batches", 2, Setting.from(1, 1000), "batches", "one batch may be repeated by a restart");
    static final Setting ALIKE = new Setting(
            "duplicate_data.alike",
            0.8,
            Setting.from(0.1, 1),
            "Jaccard similarity",
            "the usual threshold of near-duplicate removal is 0.7 to 0.8 (text-dedup)");
    static final List<Setting> SETTINGS = List.of(SHARE, BATCHES, ALIKE);

    /** Sequences that are remembered. */
    private static final int MEMORY = 2048;

    /**
     * @param known hashes of the newest sequences, as a ring
     * @param at where the next goes
     * @param again batches in a row
     */
    public record State(long[] known, int at, int again) {
        @Override
        public boolean equals(Object other) {
            return other instanceof State that
                    && Arrays.equals(known, that.known)
                    && at == that.at
                    && again == that.again;
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(known) + at;
        }
    }

    private final Settings settings;

    public DuplicateData(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.batch();
    }

    @Override
    public State start() {
        return new State(new long[0], 0, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Batch batch = frame.batch().orElseThrow();
        int size = batch.sequences().size();
        long[] sorted = state.known.clone();
        Arrays.sort(sorted);
        long[] ring = state.known;
        int at = state.at;
        int seen = 0;
        long[] own = new long[size];
        for (int i = 0; i < size; i++) {
            own[i] = hash(batch.sequences().get(i));
            seen += Arrays.binarySearch(sorted, own[i]) >= 0 ? 1 : 0;
        }
        for (long one : own) {
            ring = ring.length < MEMORY
                    ? Arrays.copyOf(ring, ring.length + 1)
                    : ring == state.known ? ring.clone() : ring;
            ring[at] = one;
            at = (at + 1) % MEMORY;
        }
        int copies = alike(batch);
        double share = size == 0 ? 0 : Math.max(seen, copies) / (double) size;
        int again = share >= settings.get(SHARE) ? state.again + 1 : 0;
        State next = new State(ring, at, again);
        if (again < settings.count(BATCHES)) {
            return Judgement.quiet(next);
        }
        return Judgement.of(
                next,
                new Finding(
                        "DuplicateData",
                        Kind.DUPLICATE_DATA,
                        Severity.WARNING,
                        frame.step(),
                        share,
                        Verdict.DATA_DRIVEN,
                        Evidence.none()
                                .with("seenLately", (long) seen)
                                .with("nearCopies", (long) copies)
                                .with("sequences", (long) size)
                                .with("batchesInARow", (long) again),
                        "Up to step %,d %,d batches in a row repeat what came shortly before: %,d of %,d sequences."
                                .formatted(frame.step(), again, Math.max(seen, copies), size),
                        "Repeated data is learned by heart: 0.1 % of the data repeated a hundred times made a model of 800M"
                                + " behave like one of 400M (Hernandez et al. 2022).",
                        "Check that the data loader was given the step it resumes at, and its shuffling seed; rewind to the"
                                + " step before the first repetition."));
    }

    private int alike(Batch batch) {
        for (Column column : batch.columns()) {
            if (column.metric().equals("near_duplicate")) {
                return (int) Arrays.stream(column.values())
                        .filter(similarity -> similarity >= settings.get(ALIKE))
                        .count();
            }
        }
        return 0;
    }

    /** Mixes source and offset (a finaliser of SplitMix64); a collision among 2048 has odds of 1 in 10^13. */
    private static long hash(Batch.Sequence sequence) {
        long z = sequence.offset() * 0x9E3779B97F4A7C15L + sequence.source().hashCode();
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
