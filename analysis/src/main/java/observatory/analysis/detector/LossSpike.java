package observatory.analysis.detector;

import java.util.List;
import observatory.analysis.Severity;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * The loss leaves its own recent level upwards (judge, then learn; {@link Baseline}). A single value that comes back at
 * once is a remark, an outlier of the data; what lasts, or what no single batch can do, is a spike. A loss that is not
 * finite is {@link NonFinite}'s.
 */
public final class LossSpike implements Resumable<LossSpike.State> {
    static final Setting REMARK = new Setting(
            "loss_spike.remark",
            5,
            Setting.from(3, 20),
            "deviations",
            "Gaussian noise passes 5 once in 3 million values, the t4-like noise of real losses once in some 300: a remark"
                    + " costs a line, so it may come that often");
    static final Setting SUDDEN = new Setting(
            "loss_spike.sudden",
            5.5,
            Setting.from(3, 50),
            "deviations",
            "t4 noise passes 5.5 about once in 500 values; together with a sum that lasts it comes by chance"
                    + " less than once in 100,000");
    static final Setting GRADUAL = new Setting(
            "loss_spike.gradual",
            10,
            Setting.from(3, 100),
            "deviations",
            "a loss that climbs in small steps and stays near its level drifts, as after a change of data, and comes back by"
                    + " itself; ten deviations away it does so no longer");
    static final Setting LASTS = new Setting(
            "loss_spike.lasts",
            5,
            Setting.from(2, 50),
            "deviations",
            "the cumulative sum with slack 1 passes 5 once in 110,000 values of white noise (Siegmund)");
    static final Setting ALONE = new Setting(
            "loss_spike.alone",
            7,
            Setting.from(4, 100),
            "deviations",
            "one point alone must be rarer than the tail of Gaussian noise at the 5 % point allows in 100,000 values; where"
                    + " the run's own tail is heavier, it must be rarer than once in 20,000 by that");
    static final Setting SEQUENCES = new Setting(
            "loss_spike.sequences",
            10,
            Setting.from(1, 1e6),
            "sequences",
            "a rise is carried by the sequences of one batch: with 0.5 nat between sequences the noise tells how many there"
                    + " are, and garbage is some 8 nats (half of ln 50,000 and more) worse; ten of them at once is no stray document");
    static final Setting CRITICAL = new Setting(
            "loss_spike.critical_ratio",
            1.5,
            Setting.from(1.05, 100),
            "ratio",
            "half as much again as before is a model thrown off its path, whatever the noise");
    static final List<Setting> SETTINGS = List.of(REMARK, SUDDEN, GRADUAL, LASTS, ALONE, SEQUENCES, CRITICAL);

    /**
     * Of the level: logs are rounded and plateaus have no noise. Of the first loss: near zero
     * nothing is an instability.
     */
    private static final double FLOOR_OF_LEVEL = 0.004;

    private static final double FLOOR_OF_FIRST = 0.0005;
    /** Between sequences of web text losses differ by about half a nat. */
    private static final double BETWEEN_SEQUENCES = 0.5;

    private static final double GARBAGE = 8;
    /** A log that begins here or later begins in the middle of a run, where half as much again is no warm-up. */
    private static final long MID_RUN = 1000;

    private static final int FEW = 3;
    private static final double ALIKE = 1.25;
    /** A run's own tail raises what one point alone must pass up to here. */
    private static final double MOST_ALONE = 12;

    private static final double RARE = 20_000;
    /** Odd batches of one run resemble one another: the next that is told rises twice as high as any before. */
    private static final double HIGHER = 2;

    /** Deviations of the second point; noise of any tail has it once in thirty values, and not by the first. */
    private static final double NOT_BACK = 2;

    /**
     * How the loss stands against its own recent level, since {@code firstStep}.
     *
     * @param oddest deviations of the highest point that was told alone and was not followed by another
     */
    public record State(
            Baseline loss,
            SecondLevel second,
            Extremes harmless,
            double oddest,
            Excursion off,
            Pace pace,
            Beginning beginning,
            long firstStep) {
        public State {
            // A state that was stored before this was kept has none.
            second = second == null ? SecondLevel.none() : second;
        }

        State with(Baseline loss, Excursion off) {
            return new State(loss, second, harmless, oddest, off, pace, beginning, firstStep);
        }

        State with(SecondLevel second) {
            return new State(loss, second, harmless, oddest, off, pace, beginning, firstStep);
        }

        State odd(double deviations) {
            return new State(loss, second, harmless, Math.max(oddest, deviations), off, pace, beginning, firstStep);
        }

        State tolerating(double deviations) {
            return new State(loss, second, harmless.with(deviations), oddest, off, pace, beginning, firstStep);
        }
    }

    private final Settings settings;

    public LossSpike(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(Scalars.LOSS);
    }

    @Override
    public State start() {
        return begun(Baseline.start(), SecondLevel.none(), Extremes.none(), 0);
    }

    private static State begun(Baseline loss, SecondLevel second, Extremes harmless, double oddest) {
        return new State(loss, second, harmless, oddest, Excursion.none(), Pace.start(), Beginning.unknown(), -1);
    }

    /** How the loss scatters, and between which levels, it does from the checkpoint on as well. */
    @Override
    public State resumed(State state) {
        return begun(state.loss.resumed(), state.second, state.harmless, state.oddest);
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double loss = frame.scalars().find(Scalars.LOSS).orElse(Double.NaN);
        if (!Double.isFinite(loss)) {
            return Judgement.quiet(state);
        }
        Pace pace = state.pace.to(frame.step());
        Beginning beginning = state.beginning.with(frame);
        long first = state.firstStep < 0 ? frame.step() : state.firstStep;
        Baseline known = pace.changed() ? Baseline.start() : state.loss;
        Excursion off = pace.changed() ? Excursion.none() : state.off;
        if (known.known() && state.beginning.again(frame, known.level(), known.cautious(0))) {
            return Judgement.quiet(new State(
                    Baseline.start().learn(loss),
                    SecondLevel.none(),
                    Extremes.none(),
                    0,
                    Excursion.none(),
                    pace,
                    beginning,
                    0));
        }
        SecondLevel second = pace.changed() ? SecondLevel.none() : state.second.next();
        Extremes harmless = pace.changed() ? Extremes.none() : state.harmless;
        State now = new State(known, second, harmless, pace.changed() ? 0 : state.oddest, off, pace, beginning, first);
        return known.known() ? judge(now, frame, loss) : young(now, frame, loss);
    }

    /**
     * Few values, alike: only what is half as much again as all of them, and only where the run is past its beginning.
     */
    private Judgement<State> young(State now, Frame frame, double loss) {
        double highest = now.loss.healthy().largest();
        boolean far = now.firstStep >= MID_RUN
                && now.loss.healthy().size() >= FEW
                && highest > 0
                && highest <= ALIKE * now.loss.healthy().smallest()
                && loss > settings.get(CRITICAL) * highest;
        return far
                ? Judgement.of(
                        now, new LossRise(loss, highest, Double.NaN, frame.step()).spike(frame, Severity.WARNING))
                : Judgement.quiet(now.with(now.loss.learn(loss), now.off));
    }

    private Judgement<State> judge(State now, Frame frame, double loss) {
        double level = now.loss.level();
        double floor = Math.max(
                Math.max(FLOOR_OF_LEVEL * Math.abs(level), FLOOR_OF_FIRST * Math.abs(now.beginning.loss())),
                now.loss.resolution());
        double deviation = now.loss.cautious(floor);
        if (now.second.holds(loss - level, deviation)) {
            State there = now.with(now.second.with(loss - level));
            return Judgement.quiet(there.with(now.loss.learn(loss - now.second.height()), Excursion.none()));
        }
        double deviations = (loss - level) / deviation;
        LossRise rise = new LossRise(loss, level, deviations, frame.step());
        if (!now.off.open()) {
            if ((loss - level) / now.loss.usual(floor) <= settings.get(REMARK)) {
                return Judgement.quiet(
                        now.with(now.loss.learn(loss), Excursion.none()).tolerating(deviations));
            }
            Excursion begun = Excursion.begins(frame.step(), loss, loss - level, deviations);
            return beyondABatch(now, rise)
                    ? Judgement.of(now.with(now.loss, begun.last()), rise.spike(frame, Severity.WARNING))
                    : Judgement.of(now.with(now.loss, begun), rise.outlier(frame));
        }
        Excursion off = now.off.with(frame.step(), loss, deviations, now.loss.persistence());
        boolean strong = off.onset() > settings.get(SUDDEN) || off.peak() > settings.get(GRADUAL);
        boolean lasts = off.drift() > settings.get(LASTS) && strong || confirmed(now, off, deviations);
        boolean said = lasts && !off.lasting() || off.lasting() && deviations > 2;
        off = lasts ? off.last() : off;
        State next = after(now, off, loss, deviations, deviation);
        LossRise highest = new LossRise(off.highest(), level, off.peak(), off.at());
        return said ? Judgement.of(next, highest.spike(frame, severity(highest))) : Judgement.quiet(next);
    }

    private State after(State now, Excursion off, double loss, double deviations, double deviation) {
        boolean back = off.back(deviations, settings.get(LASTS));
        if (!back && !off.isNewLevel()) {
            return now.with(now.loss, off);
        }
        SecondLevel second = now.second.visited(off, back, now.loss.level(), deviation);
        State over = now.with(second)
                .with(back ? now.loss.learn(loss) : Baseline.of(off.values().values()), Excursion.none());
        if (!back || off.lasting()) {
            return back && off.isAlone() ? over.odd(off.onset()) : over;
        }
        return over.with(now.loss.tolerate(off.first()).learn(loss), Excursion.none())
                .tolerating(off.onset());
    }

    /**
     * A jump between two logged steps that no batch of this run can hold. Where every step is logged,
     * the next one tells.
     */
    private boolean beyondABatch(State now, LossRise rise) {
        double perBatch = BETWEEN_SEQUENCES / Math.max(now.loss.noise(), 1e-9);
        double sequences = (rise.loss() - rise.level()) * perBatch * perBatch / GARBAGE;
        double ownTail = Math.min(MOST_ALONE, now.harmless.onceIn(RARE));
        double alone = Math.max(settings.get(ALONE), Math.max(ownTail, HIGHER * now.oddest));
        return !now.pace.everyStep() && rise.deviations() > alone && sequences > settings.get(SEQUENCES);
    }

    /**
     * Between logged steps lie others: where the next point is not back yet, what a tail explained is
     * a spike after all.
     */
    private boolean confirmed(State now, Excursion off, double deviations) {
        return !now.pace.everyStep()
                && off.values().size() == 2
                && off.onset() > settings.get(ALONE)
                && deviations > NOT_BACK;
    }

    private Severity severity(LossRise rise) {
        boolean large = rise.level() > 0 && rise.loss() >= settings.get(CRITICAL) * rise.level();
        return large ? Severity.CRITICAL : Severity.WARNING;
    }
}
