package observatory.analysis.detector;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;

/**
 * Adam divides gradients by more than their own size, from whatever step on: RMS of g/max(√v̂, ε) lies far below what the
 * gradient's own history gives ({@link GradientMemory}), which only an ε larger than √v̂ does. Found at the first step
 * as well, where {@link UpdateBand} needs a change.
 */
public final class DampedUpdates implements Resumable<DampedUpdates.State> {
    static final Setting RATIO = new Setting(
            "damped_updates.ratio",
            0.5,
            Setting.from(0.01, 0.9),
            "ratio to the expected RMS",
            "the mean of g²/v̂ is 1 whatever β2, and 0.3 of a matrix most of whose rows are not read; the median parameter of"
                    + " healthy runs stays above 0.78, and with ε = 1e-2, which costs a third of a nat, below 0.2");
    static final List<Setting> SETTINGS = List.of(RATIO);

    private static final String METRIC = "adam_rms";
    private static final int KNOWN = 10;
    /** Of the parameters: an embedding alone may be read too seldom. */
    private static final double MANY = 0.5;
    /**
     * Where every 64th step is read, each reading stands alone and the memory between them is a guess: a gradient of half
     * the usual size then looks damped, once in a thousand readings.
     */
    private static final int IN_A_ROW = 3;

    /**
     * @param ratios logarithm of the RMS over what is expected, by parameter
     * @param epsilon as the run's manifest has it; NaN where it does not
     * @param damped readings in a row in which many parameters were
     */
    public record State(SiteTrend ratios, GradientMemory memory, double epsilon, int damped) {}

    private final Settings settings;

    public DampedUpdates(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return new Needs(Set.of(Scalars.ADAM_BETA2, Scalars.GRADIENT_NORM), Set.of(METRIC, GradientMemory.NORM));
    }

    @Override
    public State start() {
        return new State(SiteTrend.start(), GradientMemory.start(), Double.NaN, 0);
    }

    @Override
    public State resumed(State state) {
        return new State(SiteTrend.start(), GradientMemory.start(), state.epsilon, 0);
    }

    @Override
    public Judgement<State> hear(State state, RunEvent event) {
        String told = event.kind() == RunEvent.Kind.START ? event.details().get("epsilon") : null;
        return Judgement.quiet(
                told == null ? state : new State(state.ratios, state.memory, number(told), state.damped));
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN; // A foreign trainer may say it in words; then it is not told.
        }
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        double beta2 = frame.scalars().find(Scalars.ADAM_BETA2).orElse(Double.NaN);
        OptionalDouble total = frame.scalars().find(Scalars.GRADIENT_NORM);
        if (!(beta2 >= 0 && beta2 < 1)) {
            return Judgement.quiet(state);
        }
        Column rms = frame.sites().column(METRIC).orElseThrow();
        GradientMemory.Reading memory = state.memory.read(frame, rms, beta2, total.orElse(Double.NaN));
        double[] ratios = new double[rms.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = rms.values()[i] / memory.expected()[i];
        }
        SiteTrend.Reading reading =
                state.ratios.read(frame, new Column(METRIC, rms.at(), ratios), SiteTrend::logarithm);
        double[] damping = IntStream.range(0, reading.value().length)
                .filter(i -> reading.known(i, KNOWN))
                .mapToDouble(i -> -reading.fast(i))
                .toArray();
        double bound = -Math.log(settings.get(RATIO));
        long damped = IntStream.range(0, damping.length)
                .filter(i -> damping[i] > bound)
                .count();
        IntToDoubleFunction most = i -> reading.known(i, KNOWN) ? -reading.fast(i) : Double.NaN;
        int inARow = damped > MANY * damping.length ? state.damped + 1 : 0;
        State next = new State(reading.next(), memory.next(), state.epsilon, inARow);
        return inARow < IN_A_ROW
                ? Judgement.quiet(next)
                : Judgement.of(next, reading.worst(most).map(worst -> finding(frame, next, worst, damped, damping)));
    }

    private static Finding finding(Frame frame, State state, SiteTrend.Worst worst, long damped, double[] all) {
        double most = Math.exp(worst.measure());
        double typical = Math.exp(Median.of(all.clone()));
        Evidence evidence = Evidence.none()
                .with("damping", typical)
                .with("largest", most)
                .with("parameter", worst.where())
                .with("parameters", damped);
        boolean named = Double.isFinite(state.epsilon);
        return new Finding(
                "DampedUpdates",
                Kind.GRADIENT_DRIFT,
                Severity.WARNING,
                frame.step(),
                typical,
                Verdict.OPTIMISER,
                named ? evidence.with("epsilon", state.epsilon) : evidence,
                "At step %,d Adam divides the gradients of %,d of %,d parameters by much more than their size, that of %s by %s times%s."
                        .formatted(
                                frame.step(),
                                damped,
                                all.length,
                                worst.where(),
                                Numbers.of(most),
                                named ? "; the run began with ε = " + Numbers.of(state.epsilon) : ""),
                "Where ε is larger than √v an update no longer has the size of the learning rate but shrinks with the"
                        + " gradient: the run learns as at a rate lower by that factor, another in each layer.",
                "Compare ε with the configuration and lower it: 1e-8 is usual, and 1e-15 was used for large models (Wortsman"
                        + " et al. 2023).");
    }
}
