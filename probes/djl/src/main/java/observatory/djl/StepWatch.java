package observatory.djl;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener.BatchData;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import observatory.probe.Hook;
import observatory.probe.HostTensor;
import observatory.probe.Instruments;
import observatory.probe.RunEvent;
import observatory.probe.Setup;
import observatory.probe.Site;

/**
 * The steps of one trainer, from what DJL tells. A step begins with the first block that computes in training, or with
 * the batch that is told; where {@link Trainer#step} is heard it ends there, else when the next begins, because weights
 * have changed only then. Belongs to the training thread; what fails in here never reaches the loop. After {@value
 * #PATIENCE} failures without a step between them that went well, the watch rests and says so by an event, until
 * another training begins or it is set up anew.
 */
final class StepWatch {
    private static final int PATIENCE = 10;

    private final Instruments<EngineTensor> instruments;
    private final LongSupplier nanos;
    private final boolean stepsAreHeard;

    private Places places;
    /** Weakly: a trainer that is gone is not kept by having been watched. */
    private WeakReference<Trainer> trainer = new WeakReference<>(null);

    private int failures;
    private boolean failing;
    /** What was set up when this gave up; null while it works. */
    private Setup gaveUpWith;

    private long step;
    private boolean begun;
    private boolean batchTold;
    private boolean gradientsTold;
    private long ended;
    private int epoch = 1;

    private final Set<Place> seen = new HashSet<>();
    private final Map<Integer, List<HostTensor>> projections = new TreeMap<>();
    private ParameterWatch parameters;
    private TrainedLoss loss = new TrainedLoss();
    private StepNotes notes = new StepNotes();
    private long trainedOn;

    /** @param stepsAreHeard whether {@link #stepping} and {@link #stepped} are called around each step */
    StepWatch(Instruments<EngineTensor> instruments, LongSupplier nanos, boolean stepsAreHeard) {
        this.instruments = instruments;
        this.nanos = nanos;
        this.stepsAreHeard = stepsAreHeard;
    }

    /** Takes the trainer that is to be watched; what it trains is looked at when its first batch is over. */
    void begin(Trainer one) {
        gaveUpWith = null;
        guard(() -> {
            finish();
            if (places != null) {
                instruments.beginAgain();
            }
            trainer = new WeakReference<>(one);
            places = null;
            loss = new TrainedLoss();
            ended = 0;
        });
    }

    /** A block has computed in training: it is looked at where a rule names it, once the model is known. */
    void computed(Block block, NDList out) {
        if (places != null) {
            try {
                places.of(block).ifPresent(place -> forward(place, out));
            } catch (Throwable e) {
                failed(e);
            }
        }
    }

    /** What a block has computed in training. Of several devices the first is watched. */
    void forward(Place place, NDList out) {
        guard(() -> {
            if (batchTold && !stepsAreHeard) {
                finish();
            }
            beginStep();
            if (instruments.wants(place.hook()) && !batchTold && onFirstDevice(out) && first(place)) {
                instruments.making(place.hook(), () -> {
                    if (place.hook() == Hook.QKV) {
                        projections
                                .computeIfAbsent(place.layer(), _ -> new ArrayList<>())
                                .add(Host.tensor(out.getFirst()));
                    } else {
                        instruments.at(place.hook(), place.layer(), new EngineTensor(out.getFirst()));
                    }
                });
            }
        });
    }

    /** A batch has gone forward and back; its gradients are there and the weights are still what they were. */
    void batch(Trainer one, BatchData data) {
        guard(() -> {
            if (batchTold && !stepsAreHeard) {
                finish();
            }
            learn(one);
            beginStep();
            if (instruments.watched()) {
                Optional<TokenLosses> tokens = batchTold ? Optional.empty() : outputs(one, data);
                notes.add(data, loss.of(one, data, tokens));
            }
            trainedOn += data.getBatch().getSize();
            batchTold = true;
            if (!stepsAreHeard) {
                gradients();
            }
        });
    }

    /** The trainer is about to change the weights. */
    void stepping(Trainer one) {
        guard(() -> {
            if (batchTold && one == trainer.get()) {
                gradients();
            }
        });
    }

    /** The trainer has changed the weights. */
    void stepped(Trainer one) {
        guard(() -> {
            if (one == trainer.get()) {
                finish();
            }
        });
    }

    void epoch() {
        settle();
        epoch++;
    }

    /** Ends the step whose weights are there by now, if one is open and its end is not heard. */
    void settle() {
        if (!stepsAreHeard) {
            guard(this::finish);
        }
    }

    void end(String reason) {
        guard(() -> {
            if (trainer.get() == null) {
                return;
            }
            finish();
            instruments.event(RunEvent.Kind.END, Map.of("reason", reason, "steps", Long.toString(step)));
            trainer = new WeakReference<>(null);
        });
    }

    private void learn(Trainer one) {
        if (trainer.get() != one) {
            begin(one);
        }
        if (places == null) {
            places = new Places(one.getModel().getBlock());
            parameters = new ParameterWatch(instruments, places);
            Map<String, String> manifest = new HashMap<>();
            manifest.put("framework", "DJL");
            manifest.put(
                    "engine",
                    one.getManager().getEngine().getEngineName() + " "
                            + one.getManager().getEngine().getVersion());
            manifest.put("model", Optional.ofNullable(one.getModel().getName()).orElse("unnamed"));
            manifest.put("layers", Integer.toString(places.layers()));
            manifest.put(
                    "parameters",
                    Long.toString(places.parameters().stream()
                            .mapToLong(watched -> watched.parameter().getShape().size())
                            .sum()));
            manifest.put("devices", Integer.toString(one.getDevices().length));
            instruments.event(RunEvent.Kind.START, manifest);
        }
    }

    private void beginStep() {
        if (!begun) {
            begun = true;
            failing = false;
            step++;
            instruments.beginStep(step);
        }
    }

    private boolean first(Place place) {
        return place.hook() == Hook.QKV || seen.add(place);
    }

    private boolean onFirstDevice(NDList out) {
        Trainer one = trainer.get();
        return !out.isEmpty() && (one == null || out.getFirst().getDevice().equals(one.getDevices()[0]));
    }

    /** Shows what the model gave; what its tokens lose, where somebody asked for that. */
    private Optional<TokenLosses> outputs(Trainer one, BatchData data) {
        projections.forEach((layer, parts) -> instruments.making(
                Hook.QKV, () -> instruments.at(Hook.QKV, layer, EngineTensor.of(Host.beside(parts)))));
        NDList predicted = data.getPredictions().get(one.getDevices()[0]);
        if (predicted == null) {
            return Optional.empty();
        }
        instruments.at(Hook.LOGITS, Site.NO_LAYER, new EngineTensor(predicted.getFirst()));
        List<TokenLosses> found = new ArrayList<>();
        instruments.making(Hook.LOG_Z, () -> {
            TrainedLoss.ofTokens(one, data).ifPresent(found::add);
            HostTensor logZ = found.isEmpty()
                    ? Host.logSumExp(predicted.getFirst())
                    : found.getFirst().logZ();
            instruments.at(Hook.LOG_Z, Site.NO_LAYER, EngineTensor.of(logZ));
            found.forEach(losses -> notes.name(data, losses, trainedOn));
        });
        return found.stream().findFirst();
    }

    private void gradients() {
        if (instruments.watched() && !gradientsTold) {
            gradientsTold = true;
            notes.gradientNorm(parameters.gradients());
        }
    }

    private void finish() {
        if (!begun || !batchTold) {
            return;
        }
        try {
            if (instruments.watched()) {
                parameters.changed();
                long now = nanos.getAsLong();
                instruments.note(notes.facts(ended == 0 ? Optional.empty() : Optional.of((now - ended) / 1e9), epoch));
                ended = now;
            } else {
                ended = 0;
            }
        } finally {
            begun = false;
            batchTold = false;
            gradientsTold = false;
            notes = new StepNotes();
            seen.clear();
            projections.clear();
            instruments.endStep();
        }
        failures = failing ? failures : 0;
    }

    private void guard(Runnable work) {
        if (gaveUpWith != null && gaveUpWith == instruments.setup()) {
            return;
        }
        gaveUpWith = null;
        try {
            instruments.observing(work);
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void failed(Throwable error) {
        failing = true;
        failures++;
        if (failures == PATIENCE) {
            failures = 0;
            gaveUpWith = instruments.setup();
            try {
                instruments.event(
                        RunEvent.Kind.PROBE_DISABLED, Map.of("probe", "djl-listener", "error", error.toString()));
            } catch (Throwable e) {
                // Even those who are told are broken; training goes on, and that nothing arrives says the rest.
                failing = true;
            }
        }
    }
}
