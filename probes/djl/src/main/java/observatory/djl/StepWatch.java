package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
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
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.StepFacts;

/**
 * The steps of one trainer, from what DJL tells. A step begins with the first block that computes in training, or with
 * the batch that is told; where {@link Trainer#step} is heard it ends there, else when the next begins, because weights
 * have changed only then. Belongs to the training thread; what fails in here is told as an event and after {@value
 * #PATIENCE} times given up, and never reaches the loop.
 */
final class StepWatch {
    private static final int PATIENCE = 10;

    private final Instruments<HostTensor> instruments;
    private final LongSupplier nanos;
    private final boolean stepsAreHeard;

    private Places places;
    /** Weakly: a trainer that is gone is not kept by having been watched. */
    private WeakReference<Trainer> trainer = new WeakReference<>(null);

    private int failures;

    private long step;
    private boolean begun;
    private boolean batchTold;
    private boolean weightsTold;
    private long ended;
    private int epoch = 1;

    private final Set<Place> seen = new HashSet<>();
    private final Map<Integer, List<HostTensor>> projections = new TreeMap<>();
    private final Map<Parameter, float[]> weights = new HashMap<>();
    private boolean weightsKept;
    private Scalars.Builder facts = new Scalars.Builder();
    private double lossSum;
    private int batches;
    private long tokens;
    private long sequences;

    /** @param stepsAreHeard whether {@link #stepping} and {@link #stepped} are called around each step */
    StepWatch(Instruments<HostTensor> instruments, LongSupplier nanos, boolean stepsAreHeard) {
        this.instruments = instruments;
        this.nanos = nanos;
        this.stepsAreHeard = stepsAreHeard;
    }

    /** Takes the trainer that is to be watched; what it trains is looked at when its first batch is over. */
    void begin(Trainer one) {
        guard(() -> {
            finish();
            if (places != null) {
                instruments.beginAgain();
            }
            trainer = new WeakReference<>(one);
            places = null;
            ended = 0;
            weights.clear();
        });
    }

    /** Where the outputs of a block belong; empty before the model has been looked at, and where no rule names it. */
    Optional<Place> place(Block block) {
        return places == null ? Optional.empty() : places.of(block);
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
                    HostTensor tensor = Host.tensor(out.getFirst());
                    if (place.hook() == Hook.QKV) {
                        projections
                                .computeIfAbsent(place.layer(), _ -> new ArrayList<>())
                                .add(tensor);
                    } else {
                        instruments.at(place.hook(), place.layer(), tensor);
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
                boolean firstOfStep = !batchTold;
                facts(one, data);
                if (firstOfStep) {
                    outputs(one, data);
                }
            }
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
        guard(() -> {
            finish();
            epoch++;
        });
    }

    /** Ends the step whose weights are there by now, if one is open. */
    void settle() {
        guard(this::finish);
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

    private void facts(Trainer one, BatchData data) {
        double sum = 0;
        for (var device : data.getLabels().entrySet()) {
            try (NDArray loss = one.getLoss()
                    .evaluate(device.getValue(), data.getPredictions().get(device.getKey()))) {
                sum += Host.floats(loss)[0];
            }
        }
        lossSum += sum / data.getLabels().size();
        batches++;
        sequences += data.getBatch().getSize();
        for (NDList predicted : data.getPredictions().values()) {
            var shape = predicted.getFirst().getShape();
            tokens += shape.dimension() == 0 ? 1 : shape.size() / Math.max(1, shape.get(shape.dimension() - 1));
        }
    }

    private void outputs(Trainer one, BatchData data) {
        projections.forEach((layer, parts) ->
                instruments.making(Hook.QKV, () -> instruments.at(Hook.QKV, layer, Host.beside(parts))));
        NDList predicted = data.getPredictions().get(one.getDevices()[0]);
        if (predicted == null || !(instruments.wants(Hook.LOGITS) || instruments.wants(Hook.LOG_Z))) {
            return;
        }
        Hook whose = instruments.wants(Hook.LOGITS) ? Hook.LOGITS : Hook.LOG_Z;
        instruments.making(whose, () -> {
            HostTensor logits = Host.tensor(predicted.getFirst());
            instruments.at(Hook.LOGITS, Site.NO_LAYER, logits);
            instruments.making(Hook.LOG_Z, () -> instruments.at(Hook.LOG_Z, Site.NO_LAYER, Host.logSumExp(logits)));
        });
    }

    private void gradients() {
        if (!instruments.watched() || weightsTold) {
            return;
        }
        weightsTold = true;
        boolean keep = instruments.wants(Hook.UPDATE);
        double square = 0;
        for (Places.Watched watched : places.parameters()) {
            Parameter parameter = watched.parameter();
            if (!parameter.isInitialized() || !parameter.requiresGradient()) {
                continue;
            }
            NDArray weight = parameter.getArray();
            if (!weight.hasGradient()) {
                continue;
            }
            try (NDArray gradient = weight.getGradient()) {
                double norm = norm(gradient);
                square += norm * norm;
                instruments.making(
                        Hook.GRADIENT, () -> instruments.at(watched.at(Hook.GRADIENT), Host.tensor(gradient)));
            }
            if (keep) {
                instruments.making(Hook.UPDATE, () -> keep(parameter));
            }
        }
        weightsKept = keep;
        facts.put(Scalars.GRADIENT_NORM, Math.sqrt(square));
    }

    private static double norm(NDArray gradient) {
        if (gradient.isSparse()) {
            double square = 0;
            for (float value : Host.floats(gradient)) {
                square += (double) value * value;
            }
            return Math.sqrt(square);
        }
        try (NDArray norm = gradient.norm()) {
            return Host.floats(norm)[0];
        }
    }

    /** Into the array it was kept in before, because that is how power iteration knows it again. */
    private float[] keep(Parameter parameter) {
        float[] now = Host.floats(parameter.getArray());
        float[] kept = weights.computeIfAbsent(parameter, _ -> new float[now.length]);
        System.arraycopy(now, 0, kept, 0, now.length);
        return kept;
    }

    private void finish() {
        if (!begun || !batchTold) {
            return;
        }
        try {
            if (instruments.watched()) {
                changedWeights();
                note();
            }
        } finally {
            instruments.endStep();
            begun = false;
            batchTold = false;
            weightsTold = false;
            weightsKept = false;
            facts = new Scalars.Builder();
            lossSum = 0;
            batches = 0;
            tokens = 0;
            sequences = 0;
            seen.clear();
            projections.clear();
        }
    }

    private void changedWeights() {
        for (Places.Watched watched : places.parameters()) {
            Parameter parameter = watched.parameter();
            if (!parameter.isInitialized() || !parameter.requiresGradient()) {
                continue;
            }
            if (weightsKept && weights.containsKey(parameter)) {
                instruments.making(Hook.UPDATE, () -> {
                    float[] update = weights.get(parameter).clone();
                    HostTensor weight = matrix(parameter, keep(parameter));
                    for (int i = 0; i < update.length; i++) {
                        update[i] = weight.data()[i] - update[i];
                    }
                    instruments.at(watched.at(Hook.UPDATE), matrix(parameter, update), weight);
                });
            }
            if (parameter.getShape().dimension() > 1) {
                instruments.making(
                        Hook.WEIGHT, () -> instruments.at(watched.at(Hook.WEIGHT), matrix(parameter, keep(parameter))));
            }
            if (parameter.getType() == Parameter.Type.GAMMA) {
                instruments.making(
                        Hook.NORM_GAIN,
                        () -> instruments.at(watched.at(Hook.NORM_GAIN), matrix(parameter, keep(parameter))));
            }
        }
    }

    private static HostTensor matrix(Parameter parameter, float[] data) {
        int rows = Math.toIntExact(
                parameter.getShape().dimension() > 1 ? parameter.getShape().get(0) : 1);
        return new HostTensor(data, rows, data.length / rows);
    }

    private void note() {
        long now = nanos.getAsLong();
        if (batches > 0) {
            facts.put(Scalars.LOSS, lossSum / batches)
                    .put(Scalars.TOKENS, tokens)
                    .put(Scalars.BATCH_SEQUENCES, sequences);
        }
        if (ended != 0) {
            facts.put(Scalars.STEP_SECONDS, (now - ended) / 1e9);
        }
        ended = now;
        facts.put("epoch", epoch);
        instruments.note(new StepFacts(facts.build(), Optional.empty()));
    }

    private void guard(Runnable work) {
        if (failures >= PATIENCE) {
            return;
        }
        try {
            work.run();
        } catch (Throwable e) {
            failures++;
            if (failures == PATIENCE) {
                giveUp(e);
            }
        }
    }

    private void giveUp(Throwable error) {
        try {
            instruments.event(RunEvent.Kind.PROBE_DISABLED, Map.of("probe", "djl-listener", "error", error.toString()));
        } catch (Throwable e) {
            // Even those who are told are broken; training goes on, and that nothing arrives says the rest.
            failures++;
        }
    }
}
