package observatory.probe.builtin;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import observatory.probe.Catalogue;
import observatory.probe.Command;
import observatory.probe.CommandSource;
import observatory.probe.FrameSink;
import observatory.probe.Metric;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.Question;
import observatory.probe.Schedule;
import observatory.probe.Setup;
import observatory.probe.TrainerCommand;

/** The catalogue of built-in probes, and the packs they come in. Every probe of this package has its line here. */
public final class Probes {
    /** The same for commands. */
    public static final Catalogue CATALOGUE = new Catalogue() {
        @Override
        public Optional<Question> find(String name, Schedule schedule) {
            return catalogue().stream()
                    .filter(entry -> entry.name().equals(name))
                    .findFirst()
                    .map(entry -> entry.at(schedule));
        }

        @Override
        public List<Question> of(Pack pack) {
            return Probes.of(pack);
        }

        @Override
        public List<String> names() {
            return catalogue().stream().map(Entry::name).toList();
        }
    };

    private static final double FORENSIC_SHARE = 0.4;

    private Probes() {}

    /** One line of the catalogue: the cheapest pack it is in, and how to make it for a schedule, at all its hooks. */
    public record Entry(Pack pack, Schedule usual, Function<Schedule, Question> make) {
        public String name() {
            return probe().name();
        }

        public Question probe() {
            return make.apply(usual);
        }

        public Question at(Schedule schedule) {
            return make.apply(schedule);
        }

        public List<Metric> metrics() {
            return List.of(probe().getClass().getAnnotationsByType(Metric.class));
        }
    }

    /** Every built-in probe. */
    public static List<Entry> catalogue() {
        Schedule always = Schedule.everyStep();
        Schedule sparse = Schedule.everySteps(Packs.SPARSE);
        return List.of(
                entry(Pack.CONTINUOUS, Schedule.always(), s -> new NonFinite(Packs.ACTIVATIONS, s)),
                entry(Pack.CONTINUOUS, sparse, s -> new ActivationScale(Packs.ACTIVATIONS, s)),
                entry(Pack.CONTINUOUS, sparse, s -> new FormatHeadroom(Packs.ACTIVATIONS, s)),
                entry(Pack.CONTINUOUS, sparse, s -> new FormatRange(Packs.ACTIVATIONS, Packs.SAMPLED, s)),
                entry(Pack.CONTINUOUS, sparse, OperationHeadroom::new),
                entry(Pack.CONTINUOUS, sparse, s -> new TokenNorm(Packs.NORM_INPUTS, s)),
                entry(Pack.CONTINUOUS, sparse, AttentionLogits::new),
                entry(Pack.CONTINUOUS, always, LogZ::new),
                entry(Pack.CONTINUOUS, sparse, GradientNorm::new),
                entry(Pack.CONTINUOUS, sparse, UpdateRatio::new),
                entry(Pack.CONTINUOUS, sparse, AdamRms::new),
                entry(Pack.CONTINUOUS, sparse, NormGain::new),
                entry(Pack.CONTINUOUS, sparse, ExampleGradients::new),
                entry(Pack.CONTINUOUS, Schedule.everySteps(Packs.RARE), WeightNorm::new),
                entry(Pack.CONTINUOUS, Schedule.everySteps(Packs.SELDOM), WeightSpectrum::new),
                entry(Pack.CONTINUOUS, always, ResidualGrowth::new),
                entry(Pack.CONTINUOUS, always, EmbeddingGradientShare::new),
                entry(Pack.CONTINUOUS, always, AdamRmsShare::new),
                entry(Pack.CONTINUOUS, always, QueryKeyHeadroom::new),
                entry(Pack.CONTINUOUS, always, GradientNoise::new),
                entry(Pack.CONTINUOUS, always, NormLayerNoise::new),
                entry(Pack.CONTINUOUS, always, SourceLoss::new),
                entry(Pack.CONTINUOUS, always, Throughput::new),
                entry(Pack.CONTINUOUS, always, TokenEntropy::new),
                entry(Pack.CONTINUOUS, always, PeriodicRepeats::new),
                entry(Pack.CONTINUOUS, always, RunRepetition::new),
                entry(Pack.CONTINUOUS, sparse, NearDuplicates::new),
                entry(Pack.PROFILE, sparse, s -> new ActivationShape(Packs.ACTIVATIONS, s)),
                entry(Pack.PROFILE, sparse, s -> new ExponentHistogram(Packs.TENSORS, Packs.SAMPLED, s)),
                entry(Pack.PROFILE, sparse, s -> new UnitActivity(Packs.UNITS, s)),
                entry(Pack.PROFILE, sparse, AttentionEntropy::new),
                entry(Pack.PROFILE, sparse, s -> new GradientRange(Packs.GRADIENTS, Packs.SAMPLED, s)),
                entry(Pack.PROFILE, sparse, AdamDirection::new),
                entry(Pack.PROFILE, sparse, UpdateCoherence::new),
                entry(Pack.PROFILE, sparse, EpsilonDominance::new),
                entry(Pack.FORENSIC, sparse, s -> new ShardSums(Packs.ACTIVATIONS, s)));
    }

    /** The probes of a pack; each pack sees all that the one before it sees, at least as often. */
    public static List<Question> of(Pack pack) {
        return switch (pack) {
            case OFF -> List.of();
            case CONTINUOUS -> Packs.continuous();
            case PROFILE -> Packs.profile();
            case FORENSIC -> Packs.forensic();
        };
    }

    /** The probes of a pack for one of several ranks: wherever activations are measured, what they merge by as well. */
    public static List<Question> ofRank(Pack pack) {
        Stream<Question> sums = pack == Pack.FORENSIC
                ? Stream.empty() // It has them.
                : of(pack).stream()
                        .filter(ActivationScale.class::isInstance)
                        .map(probe -> new ShardSums(((ActivationScale) probe).hooks(), probe.schedule()));
        return Stream.concat(of(pack).stream(), sums).toList();
    }

    /** Who listens and a pack, within the budget of that pack; its probes can be changed by name. */
    public static Setup setup(FrameSink sink, Pack pack) {
        return Setup.NONE.with(sink).with(of(pack)).withBudget(pack.budget()).with(CommandSource.NONE, CATALOGUE);
    }

    /**
     * What a command may add to a step, as a share of its time: what the governor lets a pack take, and for the
     * forensic pack, which it leaves alone, what was measured on small models (docs/probes.md).
     */
    public static double share(Command command) {
        return switch (command) {
            case ProbeCommand.Add _ -> Pack.CONTINUOUS.budget();
            case ProbeCommand.Profile profile ->
                profile.pack() == Pack.FORENSIC
                        ? FORENSIC_SHARE
                        : profile.pack().budget();
            case ProbeCommand.Remove _, TrainerCommand _ -> 0;
        };
    }

    private static Entry entry(Pack pack, Schedule usual, Function<Schedule, Question> make) {
        return new Entry(pack, usual, make);
    }
}
