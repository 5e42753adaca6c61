package observatory.analysis.detector;

import java.util.List;
import java.util.OptionalDouble;
import observatory.analysis.Evidence;
import observatory.analysis.Finding;
import observatory.analysis.Kind;
import observatory.analysis.Numbers;
import observatory.analysis.Severity;
import observatory.analysis.Verdict;
import observatory.probe.Frame;
import observatory.probe.Scalars;

/**
 * The batch is far from the gradient noise scale (McCandlish et al. 2018, arXiv 1812.06162): much smaller, so that
 * steps are spent on noise, or much larger, so that tokens are. Advice and never more: under Adam the noise scale is a
 * proxy for the critical batch, good for its trend and order of magnitude (Merrill et al. 2025, arXiv 2505.23971).
 */
public final class NoiseScale implements Detector<NoiseScale.State> {
    public static final Setting FACTOR = new Setting(
            "noise_scale.factor",
            3,
            Setting.from(1.5, 100),
            "ratio",
            "at a third of the critical batch a run takes four times the fewest steps; as a proxy it is not good for less");
    static final List<Setting> SETTINGS = List.of(FACTOR);

    public record State(NoiseEstimate estimate) {}

    private final Settings settings;

    public NoiseScale(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Needs needs() {
        return Needs.scalars(NoiseEstimate.SQUARE, NoiseEstimate.TRACE, Scalars.BATCH_SEQUENCES);
    }

    @Override
    public State start() {
        return new State(NoiseEstimate.start());
    }

    @Override
    public Judgement<State> judge(State state, Frame frame) {
        OptionalDouble batch = frame.scalars().find(Scalars.BATCH_SEQUENCES);
        State next = new State(state.estimate.learn(frame.scalars()));
        var scale = next.estimate.scale();
        if (scale.isEmpty() || !(batch.orElse(Double.NaN) > 0)) {
            return Judgement.quiet(next);
        }
        double size = batch.getAsDouble();
        if (scale.get().low() > settings.get(FACTOR) * size) {
            return Judgement.of(
                    next, finding(frame, scale.get(), size, Math.log(scale.get().low() / size)));
        }
        if (scale.get().high() * settings.get(FACTOR) < size) {
            return Judgement.of(
                    next,
                    finding(
                            frame,
                            scale.get(),
                            size,
                            Math.log(size / scale.get().high())));
        }
        return Judgement.quiet(next);
    }

    private static Finding finding(Frame frame, NoiseEstimate.Scale scale, double batch, double magnitude) {
        boolean small = scale.low() > batch;
        double steps = 1 + scale.value() / batch;
        double examples = 1 + batch / scale.value();
        return new Finding(
                "NoiseScale",
                Kind.NOISE_SCALE,
                Severity.INFO,
                frame.step(),
                magnitude,
                Verdict.OPTIMISER,
                Evidence.none()
                        .with("noiseScale", scale.value())
                        .with("low", scale.low())
                        .with("high", scale.high())
                        .with("batch", batch)
                        .with("stepsFactor", steps)
                        .with("examplesFactor", examples),
                "At step %,d the gradient noise scale is about %s sequences (%s to %s), and the batch has %s."
                        .formatted(
                                frame.step(),
                                Numbers.of(scale.value()),
                                Numbers.of(scale.low()),
                                Numbers.of(scale.high()),
                                Numbers.of(batch)),
                small
                        ? "With so small a batch the run takes about %s times the fewest steps it could."
                                .formatted(Numbers.of(steps))
                        : "With so large a batch the run takes about %s times the fewest tokens it could."
                                .formatted(Numbers.of(examples)),
                (small
                                ? "Consider a larger batch, ramped up over some thousand steps, and with it a larger learning"
                                        + " rate (by the square root of the factor under Adam)."
                                : "Consider a smaller batch, and with it a smaller learning rate (by the square root of the"
                                        + " factor under Adam).")
                        + " The noise scale is a proxy: its order of magnitude counts, and it grows as the loss falls.");
    }
}
