package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/** The loss went up and does not come back, or never came below where it began. */
public final class Divergence implements Detector<Divergence.State> {
    static final Setting RATIO = new Setting(
            "divergence.ratio",
            1.2,
            Setting.from(1.01, 10),
            "ratio to the best level",
            "a loss ratio above 1.2 is the published mark of instability (Li et al. 2021)");
    static final Setting BLOCKS = new Setting(
            "divergence.blocks",
            3,
            Setting.from(2, 7),
            "blocks of 32 points",
            "spikes that recovered did so within some 30 logged points (BLOOM 30 steps, tr1 50 lines); 96 are no spike");
    static final Setting START = new Setting(
            "divergence.above_start",
            1.1,
            Setting.from(1, 10),
            "ratio to the first loss",
            "an untrained model knows nothing: after 32 points a tenth above it is worse than that");
    static final List<Setting> SETTINGS = List.of(RATIO, BLOCKS, START);

    private static final double RISE_ERRORS = 6;
    private static final double FALLING = 0.98;
    /** Steps of a beginning: what is judged against the first loss must be logged from the start and soon. */
    private static final long BEGINS_BY = 100;

    /** Nats of one bit: what knows less than this of its first batch is no untrained model but another objective. */
    private static final double KNOWS_NOTHING = Math.log(2);
    /** Values that stand for the beginning: the first alone may have been a low one. */
    private static final int FIRST = 3;
    /** Of the noise of single values: five standard errors of the median that is compared. */
    private static final double START_DEVIATIONS = 1.5;

    private static final int FIRST_JUDGED = 32;
    private static final int LAST_JUDGED = 96;
    private static final double CRITICAL = 1.5;

    /** The loss in blocks, its first and newest values, and how many blocks it has been far above its best. */
    public record State(
            Blocks loss, Window first, Window newest, Pace pace, Beginning beginning, long firstStep, int far) {}

    private final Settings settings;

    public Divergence(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS);
    }

    @Override
    public State start() {
        return new State(Blocks.start(), Window.of(FIRST), Window.of(16), Pace.start(), Beginning.unknown(), -1, 0);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        if (!Double.isFinite(loss)) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Beginning beginning = state.beginning.with(frame);
        boolean anew = pace.changed() || state.beginning.again(frame, state.loss.best(), state.loss.noise());
        Blocks blocks = (anew ? Blocks.start() : state.loss).with(loss);
        long first = state.firstStep < 0 ? frame.step() : state.firstStep;
        int far = anew ? 0 : blocks.atTheEndOfABlock() ? (stays(blocks) ? state.far + 1 : 0) : state.far;
        Window begun = state.first.size() < FIRST ? state.first.with(loss) : state.first;
        State next = new State(blocks, begun, state.newest.with(loss), pace, beginning, first, far);
        if (far >= settings.count(BLOCKS)) {
            return Judgement.of(next, stayed(frame, blocks));
        }
        return aboveItsStart(next) ? Judgement.of(next, neverFell(frame, next)) : Judgement.quiet(next);
    }

    private boolean stays(Blocks blocks) {
        double rise = blocks.newest() - blocks.best();
        boolean falling = blocks.medians().size() > 1
                && blocks.newest()
                        < FALLING * blocks.medians().values()[blocks.medians().size() - 2];
        return blocks.best() > 0
                && blocks.newest() > settings.get(RATIO) * blocks.best()
                && rise > RISE_ERRORS * blocks.error()
                && blocks.beyondItsWandering()
                && !falling;
    }

    private boolean aboveItsStart(State now) {
        long points = now.loss.finished() * Blocks.SIZE + now.loss.current().size();
        double first = now.first.recentMedian(FIRST);
        double level = now.newest.recentMedian(16);
        return now.firstStep <= BEGINS_BY
                && points >= FIRST_JUDGED
                && points <= LAST_JUDGED
                && first >= KNOWS_NOTHING
                && now.newest.quartile() > settings.get(START) * first
                && level > first + START_DEVIATIONS * now.newest.noise();
    }

    private static Finding stayed(Frame frame, Blocks blocks) {
        double ratio = blocks.newest() / blocks.best();
        return new Finding(
                "Divergence",
                Kind.DIVERGENCE,
                ratio >= CRITICAL ? Severity.CRITICAL : Severity.WARNING,
                frame.step(),
                blocks.newest() - blocks.best(),
                Verdict.UNDETERMINED,
                Evidence.none()
                        .with("level", blocks.newest())
                        .with("best", blocks.best())
                        .with("ratio", ratio),
                "At step %,d the loss stands at %s, %s times its best level of %s, and is not coming back."
                        .formatted(
                                frame.step(),
                                Numbers.of(blocks.newest()),
                                Numbers.of(ratio),
                                Numbers.of(blocks.best())),
                "A spike that recovers does so within some tens of logged points; what stays this long has lost what the"
                        + " model had learned, and every further step is wasted.",
                "Stop, rewind to a checkpoint before the rise, and skip 200 to 500 batches or lower the learning rate;"
                        + " skipping alone did not help where the optimiser's state was the cause (BigScience tr8b).");
    }

    private static Finding neverFell(Frame frame, State now) {
        double level = now.newest.recentMedian(16);
        return new Finding(
                "Divergence",
                Kind.DIVERGENCE,
                Severity.CRITICAL,
                frame.step(),
                level - now.beginning.loss(),
                Verdict.UNDETERMINED,
                Evidence.none().with("level", level).with("firstLoss", now.beginning.loss()),
                "At step %,d the loss is %s, above the %s the untrained model began with."
                        .formatted(frame.step(), Numbers.of(level), Numbers.of(now.beginning.loss())),
                "The first updates were too large: a model worse than an untrained one has been thrown into a region it"
                        + " does not leave by itself.",
                "Begin anew with a lower learning rate or a longer warm-up, and check the scale of the initialisation"
                        + " (std √(2/(5·width)) or smaller).");
    }
}
