package observatory.probe.builtin;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Hook;
import observatory.probe.Question;
import observatory.probe.Schedule;

/**
 * What the packs watch, and how often. Continuous: broken numbers, the residual stream and what is free at every step,
 * all other hooks at every 10th. Profile: all hooks at every step, and what takes a read of its own at every 10th.
 * Forensic: everything, every element, every step.
 */
final class Packs {
    static final int SPARSE = 10;
    static final int RARE = 100;
    static final int SELDOM = 1000;
    /** Exponent histograms look at one run of elements in this many, as the lean kernel of the GPU does. */
    static final int SAMPLED = 8;

    static final Set<Hook> ACTIVATIONS =
            EnumSet.allOf(Hook.class).stream().filter(Hook::activation).collect(Collectors.toUnmodifiableSet());
    static final Set<Hook> GRADIENTS = Set.of(Hook.LOGITS_GRADIENT, Hook.RESIDUAL_GRADIENT, Hook.GRADIENT);
    static final Set<Hook> NORM_INPUTS = Set.of(Hook.EMBEDDING, Hook.RESIDUAL_MID, Hook.RESIDUAL);
    static final Set<Hook> UNITS = Set.of(Hook.MLP_HIDDEN, Hook.RESIDUAL);
    /**
     * As wide as the hidden units, where all that is broken there shows but the -Inf of which a squared ReLU makes
     * zero.
     */
    private static final Set<Hook> UNFLAGGED = Set.of(Hook.MLP_UP);
    /** Where a broken number is looked for at every step: all that operations write. */
    static final Set<Hook> FLAGGED =
            ACTIVATIONS.stream().filter(hook -> !UNFLAGGED.contains(hook)).collect(Collectors.toUnmodifiableSet());

    private static final Set<Hook> RESIDUAL = Set.of(Hook.RESIDUAL);
    private static final Set<Hook> OTHERS =
            ACTIVATIONS.stream().filter(hook -> !RESIDUAL.contains(hook)).collect(Collectors.toUnmodifiableSet());
    static final Set<Hook> TENSORS =
            Stream.concat(ACTIVATIONS.stream(), GRADIENTS.stream()).collect(Collectors.toUnmodifiableSet());

    private Packs() {}

    static List<Question> continuous() {
        Schedule sparse = Schedule.everySteps(SPARSE);
        return all(List.of(
                Stream.of(
                        new NonFinite(FLAGGED, Schedule.always()),
                        new NonFinite(UNFLAGGED, sparse),
                        new ActivationScale(RESIDUAL, Schedule.always()),
                        new ActivationScale(OTHERS, sparse),
                        new FormatHeadroom(ACTIVATIONS, sparse),
                        new FormatRange(ACTIVATIONS, SAMPLED, sparse),
                        new WeightNorm(Schedule.everySteps(RARE)),
                        new WeightSpectrum(Schedule.everySteps(SELDOM))),
                parameters(sparse),
                cheap(Schedule.everyStep(), sparse)));
    }

    static List<Question> profile() {
        Schedule always = Schedule.everyStep();
        Schedule sparse = Schedule.everySteps(SPARSE);
        return all(List.of(
                Stream.of(
                        new NonFinite(ACTIVATIONS, Schedule.always()),
                        new ActivationScale(ACTIVATIONS, always),
                        new FormatHeadroom(ACTIVATIONS, always),
                        new FormatRange(ACTIVATIONS, SAMPLED, always),
                        new WeightNorm(Schedule.everySteps(RARE)),
                        new WeightSpectrum(Schedule.everySteps(SELDOM / 2))),
                parameters(always),
                close(SAMPLED, sparse),
                cheap(always, always)));
    }

    static List<Question> forensic() {
        Schedule always = Schedule.everyStep();
        Schedule sparse = Schedule.everySteps(SPARSE);
        return all(List.of(
                Stream.of(
                        new NonFinite(TENSORS, Schedule.always()),
                        new ActivationScale(TENSORS, always),
                        new ShardSums(TENSORS, always),
                        new FormatHeadroom(ACTIVATIONS, always),
                        new FormatRange(ACTIVATIONS, 1, always),
                        new WeightNorm(always),
                        new WeightSpectrum(sparse)),
                parameters(always),
                close(1, always),
                cheap(always, always)));
    }

    /** What looks at parameters with a read of its own. */
    private static Stream<Question> parameters(Schedule schedule) {
        return Stream.of(new GradientNorm(schedule), new UpdateRatio(schedule), new AdamRms(schedule));
    }

    /** What one looks at only to look closer. */
    private static Stream<Question> close(int stride, Schedule schedule) {
        return Stream.of(
                new ActivationShape(ACTIVATIONS, schedule),
                new ExponentHistogram(
                        TENSORS, stride, Schedule.everySteps(SPARSE)), // many numbers: never at every step
                new UnitActivity(UNITS, schedule),
                new AttentionEntropy(schedule),
                new GradientRange(GRADIENTS, stride, schedule),
                new AdamDirection(schedule),
                new UpdateCoherence(schedule),
                new EpsilonDominance(schedule));
    }

    /** What costs little: derived from what is there, or from small tensors, or from tokens. */
    private static Stream<Question> cheap(Schedule free, Schedule small) {
        return Stream.of(
                new LogZ(free),
                new OperationHeadroom(small),
                new TokenNorm(NORM_INPUTS, small),
                new AttentionLogits(small),
                new NormGain(small),
                new ExampleGradients(small),
                new ResidualGrowth(free),
                new EmbeddingGradientShare(free),
                new AdamRmsShare(free),
                new QueryKeyHeadroom(free),
                new GradientNoise(free),
                new NormLayerNoise(free),
                new SourceLoss(free),
                new Throughput(free),
                new TokenEntropy(free),
                new PeriodicRepeats(free),
                new RunRepetition(free),
                new NearDuplicates(small));
    }

    private static List<Question> all(List<Stream<Question>> parts) {
        return parts.stream().flatMap(part -> part).toList();
    }
}
