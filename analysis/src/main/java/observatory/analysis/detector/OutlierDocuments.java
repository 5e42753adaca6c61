package observatory.analysis.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Incident;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Batch;
import observatory.probe.Frame;

/**
 * Single sequences that cost far more than is usual for their source. One is a remark; those of a source are counted over
 * its last 512 sequences, and where a hundredth of them is far, which chance does not give, part of the source is broken.
 * A batch most of whose sequences are high is {@link BadBatch}'s.
 */
public final class OutlierDocuments implements Detector<OutlierDocuments.State> {
    static final Setting AWAY = new Setting(
            "outlier_documents.away",
            6,
            Setting.from(3, 50),
            "deviations",
            "losses of sequences of one source have tails to one side; six deviations come once in some thousand");
    static final Setting SHARE = new Setting(
            "outlier_documents.share",
            0.01,
            Setting.from(0.001, 1),
            "share of the source's last 512 sequences",
            "one in four thousand is that far in healthy runs on source code; one in a hundred is worth a look at the source");
    static final List<Setting> SETTINGS = List.of(AWAY, SHARE);

    /** By chance as many as there are: asked at every far sequence, of up to 64 sources, of which neighbours are alike. */
    private static final double CHANCE = 1e-8;
    /** One or two are never worth more than a remark. */
    private static final int FEWEST = 3;

    /** Of a source's last sequences: where as many are far, it is no matter of documents but its new level. */
    private static final double USUAL = 0.5;

    private static final int MOST = 64;
    /** Batches in a row that may be high as a whole; longer is another state of things, and is learned. */
    private static final int LONGEST = 16;

    /**
     * @param sources what was far, by source; of the first {@link #MOST}
     * @param high batches in a row that were high as a whole
     */
    public record State(SourceLevels losses, SortedMap<String, FarSequences> sources, int high) {}

    private final Settings settings;

    public OutlierDocuments(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.batch();
    }

    @Override
    public State start() {
        return new State(SourceLevels.start(), new TreeMap<>(), 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        Batch batch = frame.batch().orElseThrow();
        double[] away =
                batch.sequences().stream().mapToDouble(state.losses::deviations).toArray();
        if (SourceLevels.highTogether(away)) {
            boolean lasts = state.high >= LONGEST;
            return Judgement.quiet(new State(
                    lasts ? state.losses.with(batch) : state.losses, state.sources, Math.min(LONGEST, state.high + 1)));
        }
        SortedMap<String, FarSequences> sources = new TreeMap<>(state.sources);
        List<Batch.Sequence> learned = new ArrayList<>();
        int worst = -1;
        for (int i = 0; i < away.length; i++) {
            String source = batch.sequences().get(i).source();
            if (!Double.isNaN(away[i]) && (sources.containsKey(source) || sources.size() < MOST)) {
                FarSequences known = sources.getOrDefault(source, FarSequences.none());
                boolean far = away[i] > settings.get(AWAY);
                sources.put(source, known.with(frame.step(), far ? away[i] : 0, standsOut(state.sources, source)));
                worst = far && (worst < 0 || away[i] > away[worst]) ? i : worst;
                if (far && known.share() < USUAL) {
                    continue;
                }
            }
            learned.add(batch.sequences().get(i));
        }
        State next = new State(state.losses.with(new Batch(learned)), sources, 0);
        return worst < 0
                ? Judgement.quiet(next)
                : Judgement.of(next, finding(frame, next, batch.sequences().get(worst), away[worst], state.losses));
    }

    private boolean standsOut(SortedMap<String, FarSequences> sources, String source) {
        FarSequences own = sources.getOrDefault(source, FarSequences.none());
        return own.far() >= FEWEST
                && own.share() >= settings.get(SHARE)
                && own.chance(ofOthers(sources, source)) < CHANCE;
    }

    /** Share of far ones among the last sequences of all other sources; 0 while too few are known. */
    private static double ofOthers(SortedMap<String, FarSequences> sources, String source) {
        long far = 0;
        long among = 0;
        for (Map.Entry<String, FarSequences> other : sources.entrySet()) {
            if (!other.getKey().equals(source)) {
                far += other.getValue().far();
                among += other.getValue().among();
            }
        }
        return among < FarSequences.SPAN / 2 ? 0 : (double) far / among;
    }

    private Finding finding(Frame frame, State state, Batch.Sequence worst, double away, SourceLevels levels) {
        FarSequences own = state.sources.get(worst.source());
        boolean broken = standsOut(state.sources, worst.source());
        double others = ofOthers(state.sources, worst.source());
        Evidence evidence = Evidence.none()
                .with("sequence", worst.source() + "@" + worst.offset())
                .with("sequenceLoss", worst.loss())
                .with("sourceLevel", levels.level(worst))
                .with("deviations", away)
                .with("source", worst.source())
                .with("sequencesFar", (long) own.far())
                .with("sequences", (long) own.among());
        String one = "the sequence at %,d of %s cost %s, %s deviations above its source"
                .formatted(worst.offset(), worst.source(), Numbers.of(worst.loss()), Numbers.of(away));
        return new Finding(
                "OutlierDocuments",
                Kind.DATA_OUTLIER,
                broken ? Severity.WARNING : Severity.INFO,
                frame.step(),
                own.sum(),
                Verdict.DATA_DRIVEN,
                broken ? evidence.with("chance", own.chance(others)) : evidence,
                own.far() == 1
                        ? "In step %,d %s.".formatted(frame.step(), one)
                        : "In %s, %,d sequences of %s cost far more than is usual for it, %s %% of its last %,d; in step %,d %s."
                                .formatted(
                                        Incident.steps(own.steps()[0], frame.step()),
                                        own.far(),
                                        worst.source(),
                                        Numbers.of(100 * own.share()),
                                        own.among(),
                                        frame.step(),
                                        one),
                broken
                        ? "One in a thousand is usual, and of the other sources %s %% are: part of this source is unlike the rest of it, and each such document carries much of its batch's gradient."
                                .formatted(Numbers.of(100 * others))
                        : "One document out of many hardly moves the mean of a batch, but it can carry much of its gradient.",
                broken
                        ? "Look at the documents that were named, and take their kind (wrong encoding, markup, noise) out of the source; the loss of its others tells whether the model took harm."
                        : "Look at this document; if it is broken (wrong encoding, markup, noise), search its source for more.");
    }
}
