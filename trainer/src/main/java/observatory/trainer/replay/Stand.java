package observatory.trainer.replay;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import observatory.probe.Frame;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.probe.Setup;
import observatory.trainer.BatchEdit;
import observatory.trainer.LossScaler;
import observatory.trainer.MemoryNeed;
import observatory.trainer.Model;
import observatory.trainer.Recipe;
import observatory.trainer.SettingsEdit;
import observatory.trainer.TokenBatch;
import observatory.trainer.Trainer;
import observatory.trainer.TrainerState;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.cpu.CpuModel;
import observatory.trainer.cpu.CpuReducer;
import observatory.trainer.cpu.Exchange;
import observatory.trainer.cpu.Tensor;
import observatory.trainer.cpu.Workers;
import observatory.trainer.fault.Pathology;
import observatory.trainer.run.Rank;
import observatory.trainer.run.Ranks;

/**
 * Runs trials of one recipe on the CPU: each in a model of its own, which is gone when it ends, so that trials cannot
 * touch one another. Any number of threads may run trials at once; the bits of a trial do not depend on that.
 *
 * @param threads of one trial, for each rank
 */
public record Stand(Recipe recipe, int threads, LongSupplier nanos) {
    private static final RunId RUN = new RunId("replay");
    private static final InstantSource NO_TIME = InstantSource.fixed(Instant.EPOCH);

    /** A look at what a trial does between two steps: whether to go on, and how far it has come. */
    public record Watch(BooleanSupplier cancelled, LongConsumer stepDone) {
        public static final Watch NOBODY = new Watch(() -> false, step -> {});
    }

    /** What a checkpoint holds, as every rank takes it up. */
    public List<Snapshot> open(Checkpoint checkpoint) throws IOException {
        checkpoint.check(recipe);
        try (Workers workers = new Workers(1);
                CpuModel model = model(0, recipe, instruments(0, FrameSink.NOBODY), workers, new Exchange(ranks()))) {
            checkpoint.into(model.state());
            return copies(Snapshot.of(checkpoint.state(), model.state()));
        }
    }

    /** The run before its first step. */
    public List<Snapshot> beginning() {
        try (Workers workers = new Workers(1);
                CpuModel model = model(0, recipe, instruments(0, FrameSink.NOBODY), workers, new Exchange(ranks()))) {
            return copies(Snapshot.of(TrainerState.start(recipe.training()), model.state()));
        }
    }

    public int ranks() {
        return recipe.training().batching().ranks();
    }

    private List<Snapshot> copies(Snapshot one) {
        return Collections.nCopies(ranks(), one);
    }

    /** @throws Cancelled where the watch says so */
    public Course run(Trial trial, Watch watch) {
        List<Frame> frames = new ArrayList<>();
        FrameSink sink = item -> {
            if (item instanceof Frame frame) {
                synchronized (frames) { // each rank speaks from its own thread
                    frames.add(frame);
                }
            }
            return true;
        };
        List<Model.StepSettings> settings = new ArrayList<>();
        SettingsEdit noting = told -> {
            settings.add(told);
            return told;
        };
        List<Workers> workers = new ArrayList<>();
        List<Rank> all = new ArrayList<>();
        Exchange exchange = new Exchange(ranks());
        try {
            for (int rank = 0; rank < ranks(); rank++) {
                all.add(rank(
                        rank,
                        trial,
                        rank == 0 ? trial.settings().then(noting) : trial.settings(),
                        sink,
                        exchange,
                        workers));
            }
            return course(trial, watch, all, exchange, frames, settings);
        } finally {
            all.forEach(rank -> rank.model().close());
            workers.forEach(Workers::close);
        }
    }

    /** The mean loss of sequences at a state, in nats per token; changes nothing. */
    public double evaluate(Snapshot at, TokenBatch batch) {
        try (Workers workers = new Workers(threads);
                CpuModel model = model(0, recipe, instruments(0, FrameSink.NOBODY), workers, new Exchange(ranks()))) {
            at.into(model.state());
            int most = Math.min(
                    recipe.training().batching().micro(), recipe.training().batch() / ranks());
            double sum = 0;
            for (int from = 0; from < batch.size(); from += most) {
                for (double loss : model.evaluate(batch.rows(from, Math.min(batch.size(), from + most)))) {
                    sum += loss;
                }
            }
            return sum / batch.size();
        }
    }

    /** Bytes that one trial takes, estimated. */
    public long bytes() {
        return (long) MemoryNeed.bytes(recipe.model(), recipe.training());
    }

    private Rank rank(
            int number, Trial trial, SettingsEdit settings, FrameSink sink, Exchange exchange, List<Workers> workers) {
        Instruments<Tensor> instruments = instruments(number, trial.questions().isEmpty() ? FrameSink.NOBODY : sink);
        instruments.setUp(Setup.NONE
                .with(trial.questions().isEmpty() ? FrameSink.NOBODY : sink)
                .with(trial.questions())
                .withBudget(Double.POSITIVE_INFINITY));
        workers.add(new Workers(threads));
        Recipe own = recipe.with(after(recipe.edit(), trial.batches().apply(number)))
                .with(recipe.settings().then(settings));
        CpuModel model = new CpuModel(
                recipe.model(),
                recipe.training(),
                recipe.fault(),
                instruments,
                workers.getLast(),
                new CpuModel.Ranked(number, exchange),
                nanos,
                trial.wide());
        Snapshot from = trial.from().get(number);
        from.into(model.state());
        Trainer trainer = new Trainer(own, model, instruments, new Pathology.Copy(number, ranks()), nanos);
        trainer.restore(from.trainer());
        return new Rank(trainer, model, instruments);
    }

    private static BatchEdit after(BatchEdit first, BatchEdit then) {
        return (step, drawn) -> then.edit(step, first.edit(step, drawn));
    }

    private static Course course(
            Trial trial,
            Watch watch,
            List<Rank> all,
            Exchange exchange,
            List<Frame> frames,
            List<Model.StepSettings> settings) {
        List<Trainer.Result> results = new ArrayList<>();
        String ended = "";
        try (Ranks ranks = new Ranks(all, exchange::abandon)) {
            for (long step = trial.after() + 1; step <= trial.last() && ended.isEmpty(); step++) {
                if (watch.cancelled().getAsBoolean()) {
                    throw new Cancelled("stopped before step " + step);
                }
                try {
                    results.add(ranks.step());
                } catch (LossScaler.Exhausted e) {
                    ended = e.getMessage();
                }
                watch.stepDone().accept(step);
            }
        }
        frames.sort(Comparator.comparingLong(Frame::step)
                .thenComparingInt(frame -> frame.origin().rank()));
        List<Snapshot> end = all.stream()
                .map(rank -> Snapshot.of(rank.trainer().state(), rank.model().state()))
                .toList();
        return new Course(results, List.copyOf(frames), List.copyOf(settings), end, ended);
    }

    private Instruments<Tensor> instruments(int rank, FrameSink sink) {
        return new Instruments<>(new Origin(RUN, 0, new UUID(0, 0), rank), new CpuReducer(), sink, NO_TIME, nanos);
    }

    private CpuModel model(int rank, Recipe of, Instruments<Tensor> instruments, Workers workers, Exchange exchange) {
        return new CpuModel(
                of.model(),
                of.training(),
                of.fault(),
                instruments,
                workers,
                new CpuModel.Ranked(rank, exchange),
                nanos);
    }
}
