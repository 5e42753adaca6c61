package observatory.analysis.detector;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;

/**
 * One source goes over the same text again and again while the others do not: a few documents in many copies, or a
 * small source with a large weight. No batch shows it. How often a source has been gone over is the number of its
 * sequences over how many of them were new, where a sequence is new by the share of its 13-grams that the run had not
 * met. It is told once it is too much, and again whenever it has doubled. Ranks that read different data each see only
 * what repeats within their own.
 */
public final class RepeatedSource implements Detector<RepeatedSource.State> {
    static final Setting PASSES = new Setting(
            "repeated_source.passes",
            4,
            Setting.from(1.5, 10_000),
            "passes",
            "up to four are nearly as good as new data (Muennighoff et al. 2023); other sources must be at less than half");
    static final List<Setting> SETTINGS = List.of(PASSES);

    private static final String SEEN = "ngram_seen_fraction";
    private static final double APART = 2;
    /** Of the run's sequences: a thousandth, repeated a hundred times, does harm (Hernandez et al. 2022). */
    private static final double LEAST_SHARE = 0.001;

    private static final double KNOWN = 128;
    private static final int MOST = 64;

    /**
     * What was read of a source.
     *
     * @param sequences how many
     * @param fresh how many of them were new, in parts
     * @param told passes at which it was told last; 0 where it never was
     */
    record Read(double sequences, double fresh, double told) {
        private static final Read NOTHING = new Read(0, 0, 0);

        private Read and(Read other) {
            return new Read(sequences + other.sequences, fresh + other.fresh, Math.max(told, other.told));
        }

        private double passes() {
            return sequences / Math.max(1, fresh);
        }
    }

    /** What was read, by source. */
    public record State(SortedMap<String, Read> sources) {}

    private final Settings settings;

    public RepeatedSource(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.batch();
    }

    @Override
    public State start() {
        return new State(new TreeMap<>());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        SortedMap<String, Read> sources = with(state.sources, frame.batch().orElseThrow());
        Read all = sources.values().stream().reduce(Read.NOTHING, Read::and);
        for (Map.Entry<String, Read> entry : sources.entrySet()) {
            Read own = entry.getValue();
            Read others = new Read(all.sequences - own.sequences, all.fresh - own.fresh, 0);
            boolean known =
                    Math.min(own.sequences, others.sequences) >= KNOWN && own.sequences >= LEAST_SHARE * all.sequences;
            double bar = Math.max(settings.get(PASSES), 2 * own.told);
            if (known && own.passes() > bar && own.passes() > APART * others.passes()) {
                Finding finding = finding(frame.step(), entry.getKey(), own, others, all);
                entry.setValue(new Read(own.sequences, own.fresh, own.passes()));
                return Judgement.of(new State(sources), finding);
            }
        }
        return Judgement.quiet(new State(sources));
    }

    private static SortedMap<String, Read> with(SortedMap<String, Read> before, Batch batch) {
        SortedMap<String, Read> sources = new TreeMap<>(before);
        for (Column column : batch.columns()) {
            for (int i = 0; column.metric().equals(SEEN) && i < column.size(); i++) {
                String source = batch.sequences().get(column.at()[i]).source();
                double seen = column.values()[i];
                if (seen >= 0 && seen <= 1 && (sources.containsKey(source) || sources.size() < MOST)) {
                    sources.merge(source, new Read(1, 1 - seen, 0), Read::and);
                }
            }
        }
        return sources;
    }

    private static Finding finding(long step, String source, Read own, Read others, Read all) {
        return new Finding(
                "RepeatedSource",
                Kind.DUPLICATE_DATA,
                Severity.WARNING,
                step,
                own.passes(),
                Verdict.DATA_DRIVEN,
                Evidence.none()
                        .with("source", source)
                        .with("passes", own.passes())
                        .with("passesOfOthers", others.passes())
                        .with("sequences", (long) own.sequences)
                        .with("newSequences", own.fresh)
                        .with("share", own.sequences / all.sequences),
                "Up to step %,d %s has been gone over %s times, the other sources %s times: of its %,d sequences %s were new."
                        .formatted(
                                step,
                                source,
                                Numbers.of(own.passes()),
                                Numbers.of(others.passes()),
                                (long) own.sequences,
                                Numbers.of(own.fresh)),
                "What is repeated is learned by heart, and takes the model's capacity from the rest: 0.1 % of the data repeated"
                        + " a hundred times made a model of 800M behave like one of 400M (Hernandez et al. 2022).",
                "Look for copies among the documents of " + source
                        + " and leave them out, or lower its weight until it is" + " gone over four times at most.");
    }
}
