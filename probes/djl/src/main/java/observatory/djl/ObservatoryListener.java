package observatory.djl;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import observatory.probe.FrameSink;
import observatory.probe.Hook;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunId;

/**
 * Watches a trainer of the Deep Java Library: {@code config.addTrainingListeners(new ObservatoryListener("my-run"))}.
 * It tells the loss, the gradients, updates and weights of all parameters, and the model's outputs; what blocks compute
 * it tells of those handed through {@link #watched}. Nobody listens until {@code observatory attach PID}, or until
 * {@link #instruments} are set up. Weights are the same to the last bit with it and without; nothing it does throws
 * into the loop; what is due at every step is reduced on the engine, the rest copied to the host, and the governor of
 * the instruments keeps the cost in its budget. A step is a batch. A loss that is not cross-entropy of tokens is
 * computed again from labels and predictions, as DJL's own evaluators do.
 */
public final class ObservatoryListener implements TrainingListener {
    private final Instruments<EngineTensor> instruments;
    private final StepWatch watch;

    /** @param run the name of the run in the telemetry, as {@link RunId} allows it */
    public ObservatoryListener(String run) {
        this(run, 0);
    }

    /** @param rank which of several processes that train one model this is, from 0 */
    public ObservatoryListener(String run, int rank) {
        this(run, rank, false, System::nanoTime);
    }

    /** @param nanos by which it is told what observing takes */
    ObservatoryListener(String run, int rank, boolean stepsAreHeard, LongSupplier nanos) {
        instruments = new Instruments<>(
                new Origin(new RunId(run), 0, UUID.randomUUID(), rank),
                new EngineReducer(),
                FrameSink.NOBODY,
                InstantSource.system(),
                nanos);
        watch = new StepWatch(instruments, nanos, stepsAreHeard);
    }

    /** To whom it tells, and what is asked; see {@code Probes.setup}. */
    public Instruments<?> instruments() {
        return instruments;
    }

    /**
     * The same block, whose outputs in training are watched: to be put where the block was to stand. Its parameters,
     * its children and the file it is saved in are those of the block itself.
     *
     * @param layer from 0, or -1 outside the stack of layers
     */
    public Block watched(Block block, Hook hook, int layer) {
        if (!hook.activation()) {
            throw new IllegalArgumentException("a block computes an activation: hook=" + hook.label()
                    + "; parameters and their gradients are watched without being named");
        }
        Place place = new Place(hook, layer);
        return new WatchedBlock(block, out -> watch.forward(place, out));
    }

    /** A block of the model has computed in training; where no rule names it, nothing is watched. */
    void computed(Block block, NDList out) {
        watch.computed(block, out);
    }

    void stepping(Trainer trainer) {
        watch.stepping(trainer);
    }

    void stepped(Trainer trainer) {
        watch.stepped(trainer);
    }

    @Override
    public void onTrainingBegin(Trainer trainer) {
        watch.begin(trainer);
    }

    @Override
    public void onTrainingBatch(Trainer trainer, BatchData batchData) {
        watch.batch(trainer, batchData);
    }

    @Override
    public void onValidationBatch(Trainer trainer, BatchData batchData) {
        watch.settle();
    }

    @Override
    public void onEpoch(Trainer trainer) {
        watch.epoch();
    }

    @Override
    public void onTrainingEnd(Trainer trainer) {
        watch.end("finished: the trainer was closed");
    }
}
