package observatory.analysis.detector;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.analysis.scaling.LossLaw;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * The loss stays above where a scaling law says it should be after so many tokens: by a law whose constants a rules
 * file gives ({@code scaling_lag.parameters} turns it on; {@code observatory plan fit} finds the constants from smaller
 * runs of the same data), or by the {@code expected_loss} that a run logs beside its loss. One-sided cumulative sum
 * over means of 32 steps.
 */
public final class ScalingLag implements Detector<ScalingLag.State> {
    /** What a run that knows its law logs: the loss it should have at this step, in nats. */
    public static final String EXPECTED_LOSS = "expected_loss";

    /** Steps whose mean is one point: batch noise of a few percent falls below a hundredth. */
    private static final int POINT = 32;
    /** A law tells a loss to about a hundredth; a tenth of the model's size is a two-hundredth. */
    private static final double LAW_ERROR = 0.01;
    /** Drift that is let pass and sum that alarms, in standard errors: Siegmund's 1 false alarm in about 10⁵ points. */
    private static final double SLACK = 0.5;

    private static final double ALARM = 6;

    static final Setting PARAMETERS = new Setting(
            "scaling_lag.parameters",
            0,
            Setting.from(0, 1e15),
            "parameters",
            "only the user knows the size that was planned; 0 looks for an expected_loss in the log instead");
    static final Setting TOKENS_PER_STEP = new Setting(
            "scaling_lag.tokens_per_step",
            0,
            Setting.from(0, 1e12),
            "tokens",
            "for logs that do not tell their tokens; 0 takes what the log tells");
    private static final String LAW =
            "Chinchilla's runs as refitted (arXiv 2404.10102); other data and other tokenizers have"
                    + " other constants";
    static final Setting E = new Setting("scaling_lag.e", LossLaw.BESIROGLU.e(), Setting.from(0, 100), "nat", LAW);
    static final Setting A = new Setting("scaling_lag.a", LossLaw.BESIROGLU.a(), Setting.from(1e-9, 1e12), "nat", LAW);
    static final Setting B = new Setting("scaling_lag.b", LossLaw.BESIROGLU.b(), Setting.from(1e-9, 1e12), "nat", LAW);
    static final Setting ALPHA =
            new Setting("scaling_lag.alpha", LossLaw.BESIROGLU.alpha(), Setting.from(0.01, 2), "1", LAW);
    static final Setting BETA =
            new Setting("scaling_lag.beta", LossLaw.BESIROGLU.beta(), Setting.from(0.01, 2), "1", LAW);
    static final List<Setting> SETTINGS = List.of(PARAMETERS, TOKENS_PER_STEP, E, A, B, ALPHA, BETA);

    private final Optional<Expectation> expectation;

    /**
     * A law of the data and tokenizer of this run, and the size of its model.
     *
     * @param tokensPerStep where the log does not tell them; else 0
     */
    public record Expectation(LossLaw law, double parameters, double tokensPerStep) {
        public Expectation(LossLaw law, double parameters) {
            this(law, parameters, 0);
        }
    }

    public ScalingLag(Settings settings) {
        LossLaw law =
                new LossLaw(settings.get(E), settings.get(A), settings.get(B), settings.get(ALPHA), settings.get(BETA));
        this.expectation = Optional.of(settings.get(PARAMETERS))
                .filter(parameters -> parameters > 0)
                .map(parameters -> new Expectation(law, parameters, settings.get(TOKENS_PER_STEP)));
    }

    public ScalingLag(Expectation expectation) {
        this.expectation = Optional.of(expectation);
    }

    /**
     * @param tokens seen so far
     * @param losses Σ of the losses of the point under way, {@code expected} of what they should have been
     * @param excess ln(loss/expected) of the last whole point
     * @param sum the cumulative sum, in standard errors
     */
    public record State(double tokens, double losses, double expected, int count, double excess, double sum) {}

    @Override
    public Needs needs() {
        if (expectation.isEmpty()) {
            return Needs.scalars(Scalars.LOSS, EXPECTED_LOSS);
        }
        return expectation.get().tokensPerStep > 0
                ? Needs.scalars(Scalars.LOSS)
                : Needs.scalars(Scalars.LOSS, Scalars.TOKENS);
    }

    @Override
    public State start() {
        return new State(0, 0, 0, 0, 0, 0);
    }

    @Override
    public Judgement<State> judge(State was, Frame frame) {
        double perStep = expectation.map(Expectation::tokensPerStep).orElse(0.0);
        double tokens = perStep > 0
                ? perStep * frame.step()
                : was.tokens + frame.scalars().find(Scalars.TOKENS).orElse(0);
        OptionalDouble loss = frame.scalars().find(Scalars.LOSS);
        OptionalDouble expected = expected(frame, tokens);
        boolean usable = loss.isPresent()
                && expected.isPresent()
                && Double.isFinite(loss.getAsDouble())
                && loss.getAsDouble() > 0
                && Double.isFinite(expected.getAsDouble())
                && expected.getAsDouble() > 0;
        if (!usable) {
            return Judgement.quiet(new State(tokens, was.losses, was.expected, was.count, was.excess, was.sum));
        }
        State next = learn(was, tokens, loss.getAsDouble(), expected.getAsDouble());
        return next.sum > ALARM
                ? new Judgement<>(next, List.of(finding(frame, next, expected.getAsDouble())))
                : Judgement.quiet(next);
    }

    private OptionalDouble expected(Frame frame, double tokens) {
        return expectation
                .map(one -> tokens > 0
                        ? OptionalDouble.of(one.law.loss(new LossLaw.Split(one.parameters, tokens)))
                        : OptionalDouble.empty())
                .orElseGet(() -> frame.scalars().find(EXPECTED_LOSS));
    }

    private static State learn(State was, double tokens, double loss, double expected) {
        double losses = was.losses + loss;
        double expectations = was.expected + expected;
        if (was.count + 1 < POINT) {
            return new State(tokens, losses, expectations, was.count + 1, was.excess, was.sum);
        }
        double excess = Math.log(losses / expectations);
        double sum = Math.max(0, was.sum + excess / LAW_ERROR - SLACK);
        // Capped, so that a run that has caught up is told so within as many points as the alarm took.
        return new State(tokens, 0, 0, 0, excess, Math.min(sum, 2 * ALARM));
    }

    private Finding finding(Frame frame, State state, double expected) {
        double loss = expected * Math.exp(state.excess);
        Evidence evidence = Evidence.none()
                .with("loss", loss)
                .with("expected", expected)
                .with("excess", state.excess)
                .with("tokens", state.tokens);
        String place = "";
        if (expectation.isPresent()) {
            LossLaw law = expectation.get().law;
            LossLaw.Split seen = new LossLaw.Split(expectation.get().parameters, state.tokens);
            double size = law.equivalentSize(loss, seen);
            evidence = evidence.with("equivalentParameters", size)
                    .with("equivalentTokens", law.equivalentTokens(loss, seen));
            place = ", where a model of %s parameters should be".formatted(Numbers.of(size));
        }
        return new Finding(
                "ScalingLag",
                Kind.SCALING_LAG,
                Severity.WARNING,
                frame.step(),
                state.excess,
                Verdict.UNDETERMINED,
                evidence,
                "The loss of about %s stays %s %% above the %s that the scaling law gives for step %,d%s."
                        .formatted(
                                Numbers.of(loss),
                                Numbers.of(100 * state.excess),
                                Numbers.of(expected),
                                frame.step(),
                                place),
                "A run that lags steadily is often configured otherwise than planned: the size of the feed-forward layer,"
                        + " the data mixture, the schedule. A law also lags before the learning rate has decayed.",
                "Compare the parameter count and the schedule with the plan, and the loss of each data source with that of"
                        + " a smaller run on the same data.");
    }
}
