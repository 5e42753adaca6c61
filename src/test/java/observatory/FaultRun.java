package observatory;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import observatory.analysis.Incident;
import observatory.analysis.RunWatch;
import observatory.probe.Frame;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.Pack;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.probe.builtin.Probes;
import observatory.trainer.Batching;
import observatory.trainer.Corpus;
import observatory.trainer.CorpusFiles;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Exchange;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;
import observatory.trainer.fault.Pathology;
import observatory.trainer.run.Checkpoints;
import observatory.trainer.run.Rank;
import observatory.trainer.run.TrainingRun;

/** A small model trained with a planned fault, and judged as it trains. */
final class FaultRun {
    /** At most 5 ms a step on a laptop. */
    static final ModelSpec MODEL = new ModelSpec(2, 2, 32, 32, 256, ModelSpec.Norm.LAYERNORM);

    private static final Corpus CORPUS = CorpusFiles.bundled();

    private FaultRun() {}

    /** What a run leaves: all it told, what was found in it, and the recipe it was trained by. */
    record Trained(List<Telemetry> telemetry, List<Incident> incidents, Recipe recipe) {
        List<Frame> frames() {
            return telemetry.stream()
                    .filter(Frame.class::isInstance)
                    .map(Frame.class::cast)
                    .toList();
        }
    }

    static List<Incident> judged(Fault fault, Precision precision, long seed, int steps) {
        return trained(new Recipe(MODEL, training(fault, precision, seed, steps), CORPUS, fault), null)
                .incidents();
    }

    static TrainingSpec training(Fault fault, Precision precision, long seed, int steps) {
        int ranks = fault.kind() == Fault.Kind.RANK_DIVERGENCE ? 2 : 1;
        return new TrainingSpec(steps, 8, 3e-3, 50, 1, precision, seed)
                .with(Batching.of(8).withRanks(ranks));
    }

    static Corpus corpus() {
        return CORPUS;
    }

    /** @param checkpoints null for none */
    static Trained trained(Recipe recipe, Checkpoints checkpoints) {
        Fault fault = recipe.fault();
        TrainingSpec training = recipe.training();
        int ranks = training.batching().ranks();
        List<Telemetry> told = new ArrayList<>();
        RunWatch watch = RunWatch.of(new RunId("fault"));
        FrameSink sink = item -> {
            synchronized (watch) { // the ranks speak from threads of their own
                watch.accept(item);
                told.add(item);
            }
            return true;
        };
        Exchange exchange = new Exchange(ranks);
        List<Rank> all = new ArrayList<>();
        List<Workers> workers = new ArrayList<>();
        AtomicLong clock = new AtomicLong(); // time is not what is tested here, and two ranks would share its ticks
        long tick = ranks == 1 ? 1000 : 0;
        for (int rank = 0; rank < ranks; rank++) {
            Instruments<Tensor> instruments = new Instruments<>(
                    new Origin(new RunId("fault"), 0, new UUID(0, 1), rank),
                    new CpuReducer(),
                    sink,
                    InstantSource.fixed(Instant.EPOCH),
                    () -> clock.addAndGet(tick));
            instruments.setUp(Probes.setup(sink, Pack.PROFILE));
            workers.add(new Workers(1));
            CpuModel model = new CpuModel(
                    recipe.model(),
                    training,
                    fault,
                    instruments,
                    workers.getLast(),
                    new CpuModel.Ranked(rank, exchange),
                    () -> clock.addAndGet(tick));
            Trainer trainer = new Trainer(
                    recipe, model, instruments, new Pathology.Copy(rank, ranks), () -> clock.addAndGet(tick));
            all.add(new Rank(trainer, model, instruments));
        }
        try (TrainingRun run =
                new TrainingRun(recipe, all, exchange::abandon, checkpoints, control -> {}, () -> false)) {
            run.begin(Map.of());
            Optional<Trainer.Result> step = run.step();
            while (step.isPresent()) {
                step = run.step();
            }
            run.end();
        } finally {
            workers.forEach(Workers::close);
        }
        return new Trained(told, watch.incidents(), recipe);
    }
}
