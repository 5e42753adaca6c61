package observatory.trainer.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import observatory.probe.RunEvent;
import observatory.probe.TrainerCommand;
import observatory.probe.TrainerControl;
import observatory.trainer.DeviceLost;
import observatory.trainer.LossScaler;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Trainer;
import observatory.trainer.TrainerState;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.Incarnations;

/**
 * A run from its first step to its last: ranks in lockstep, checkpoints, and between two steps what an operator says.
 * A command that cannot be obeyed is refused with the reason, and the run goes on. Belongs to one thread.
 */
public final class TrainingRun implements AutoCloseable {
    private final Recipe recipe;
    private final Ranks ranks;
    private final Checkpoints checkpoints;
    private final Consumer<TrainerControl> commands;
    private final BooleanSupplier waiting;
    private boolean paused;
    private boolean stopped;
    private String reason = "stopped";

    /**
     * @param checkpoints null for a run that keeps none
     * @param abandon releases the ranks that wait for one that has failed, and those that come to wait for it later
     * @param commands asked between two steps; hands what there is to the control it is given
     * @param waiting called again and again while the run is paused; false ends the run
     */
    public TrainingRun(
            Recipe recipe,
            List<Rank> ranks,
            Runnable abandon,
            Checkpoints checkpoints,
            Consumer<TrainerControl> commands,
            BooleanSupplier waiting) {
        this.recipe = recipe;
        this.ranks = new Ranks(ranks, abandon);
        this.checkpoints = checkpoints;
        this.commands = commands;
        this.waiting = waiting;
    }

    public void begin(Map<String, String> manifest) {
        ranks.each(rank -> rank.trainer().begin(manifest));
    }

    /** Goes on from a checkpoint of the same model. */
    public void resume(Checkpoint checkpoint) throws IOException {
        checkpoint.check(recipe);
        restore(checkpoint, checkpoint.state());
    }

    /**
     * One step, after whatever commands wait; empty where the run is over instead. Where the device is lost, watchers
     * hear of it and the end before that is thrown; what is left of the run are its checkpoints.
     */
    public Optional<Trainer.Result> step() {
        try {
            return onDevice();
        } catch (DeviceLost e) {
            ranks.first().instruments().event(RunEvent.Kind.HARDWARE_ERROR, Map.of("error", e.getMessage()));
            stopped = true;
            reason = e.getMessage();
            end();
            throw e;
        }
    }

    private Optional<Trainer.Result> onDevice() {
        commands.accept(this::apply);
        while (paused && !stopped) {
            stopped |= !waiting.getAsBoolean();
            commands.accept(this::apply);
        }
        if (over()) {
            return Optional.empty();
        }
        Trainer.Result result;
        try {
            result = ranks.step();
        } catch (LossScaler.Exhausted e) {
            stopped = true;
            reason = e.getMessage();
            return Optional.empty();
        }
        if (checkpoints != null && checkpoints.due(result.step())) {
            write().ifPresent(failure -> ranks.first()
                    .instruments()
                    .event(RunEvent.Kind.CHECKPOINT, Map.of("outcome", "failed", "reason", failure)));
        }
        return Optional.of(result);
    }

    public boolean over() {
        return stopped || ranks.first().trainer().done();
    }

    /** Tells every rank's watchers that nothing more will come, and why. */
    public void end() {
        String why = ranks.first().trainer().done() ? "finished" : reason;
        ranks.each(rank -> rank.trainer().end(why));
    }

    /** The same where something went wrong that the run cannot go on from. */
    public void fail(String why) {
        stopped = true;
        ranks.each(rank -> rank.trainer().end(why));
    }

    @Override
    public void close() {
        ranks.close();
        ranks.all().forEach(rank -> rank.model().close());
    }

    /** Obeys, or says in one sentence why not. */
    private Optional<String> apply(TrainerCommand command) {
        switch (command) {
            case TrainerCommand.Pause _ -> paused = true;
            case TrainerCommand.Resume _ -> paused = false;
            case TrainerCommand.Stop _ -> stopped = true;
            case TrainerCommand.Checkpoint _ -> {
                return write();
            }
            case TrainerCommand.ChangeLearningRate change ->
                ranks.each(rank -> rank.trainer().restore(rank.trainer().state().withRateFactor(change.factor())));
            case TrainerCommand.ChangePrecision change -> {
                return change(change.format());
            }
            case TrainerCommand.Rewind rewind -> {
                return rewind(rewind);
            }
        }
        return Optional.empty();
    }

    private Optional<String> change(String format) {
        for (Precision precision : Precision.values()) {
            if (precision.label().equals(format)) {
                Optional<String> refusal = ranks.first().model().refuses(precision);
                if (refusal.isPresent()) {
                    return refusal;
                }
                ranks.each(rank -> rank.trainer()
                        .restore(rank.trainer()
                                .state()
                                .with(precision, recipe.training().scaling())));
                return Optional.empty();
            }
        }
        return Optional.of("the trainer knows fp32, bf16 and fp16: precision=" + format);
    }

    private Optional<String> write() {
        if (checkpoints == null) {
            return Optional.of("this run keeps no checkpoints");
        }
        Rank first = ranks.first();
        TrainerState state = first.trainer().state();
        try {
            Path written = checkpoints.ring().write(recipe, state, first.model().state());
            first.instruments()
                    .event(
                            RunEvent.Kind.CHECKPOINT,
                            Map.of("outcome", "written", "path", written.toString(), "after", "" + state.step()));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no checkpoint could be written: " + e.getMessage());
        }
    }

    private Optional<String> rewind(TrainerCommand.Rewind rewind) {
        if (checkpoints == null) {
            return Optional.of("this run keeps no checkpoints to go back to");
        }
        TrainerState now = ranks.first().trainer().state();
        if (rewind.toStep() > now.step()) {
            return Optional.of("step " + rewind.toStep() + " lies ahead: the run has done " + now.step());
        }
        try {
            Optional<Checkpoint> found = checkpoints.ring().at(rewind.toStep());
            if (found.isEmpty()) {
                return Optional.of("there is no checkpoint of step " + rewind.toStep() + "; there are those of steps "
                        + checkpoints.ring().all().keySet());
            }
            TrainerState then = found.get().state();
            for (int i = 1; i <= rewind.skip(); i++) {
                then = then.leavingOut(recipe.training().batching().size(then.step() + i, then.tokens()));
            }
            int incarnation = ranks.first().instruments().origin().incarnation();
            Incarnations.note(checkpoints.ring().folder(), incarnation + 1);
            restore(found.get(), then.withRateFactor(now.rateFactor()));
            checkpoints.ring().dropAfter(then.step());
            Map<String, String> why = Map.of(
                    "reason", "rewind", "from", "" + now.step(), "to", "" + then.step(), "skip", "" + rewind.skip());
            ranks.each(rank -> {
                rank.instruments().beginAgain();
                rank.instruments().event(RunEvent.Kind.START, why);
            });
            return Optional.empty();
        } catch (IOException | CheckpointException e) {
            return Optional.of("the checkpoint of step " + rewind.toStep() + " cannot be used: " + e.getMessage());
        }
    }

    private void restore(Checkpoint checkpoint, TrainerState state) throws IOException {
        for (Rank rank : ranks.all()) {
            checkpoint.into(rank.model().state());
            rank.trainer().restore(state);
        }
    }
}
