package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener.BatchData;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Batch;
import observatory.probe.HostTensor;
import observatory.probe.Scalars;
import observatory.probe.StepFacts;
import observatory.probe.Tokens;

/** What a step was that is no tensor, from the batches that made it. */
final class StepNotes {
    /** Where DJL does not say which samples of its data set a batch has, they are counted as they come. */
    private static final String SOURCE = "data";

    private final Scalars.Builder scalars = new Scalars.Builder();
    private double losses;
    private int batches;
    private long tokens;
    private long sequences;
    private Optional<Batch> batch = Optional.empty();
    private Tokens read = Tokens.none();

    /** A batch of the step; of several devices the mean loss, as each has its part of the batch. */
    void add(Trainer trainer, BatchData data) {
        double sum = 0;
        for (var device : data.getLabels().entrySet()) {
            try (NDArray loss = trainer.getLoss()
                    .evaluate(device.getValue(), data.getPredictions().get(device.getKey()))) {
                sum += Host.floats(loss)[0];
            }
        }
        losses += sum / data.getLabels().size();
        batches++;
        sequences += data.getBatch().getSize();
        for (NDList predicted : data.getPredictions().values()) {
            Shape shape = predicted.getFirst().getShape();
            tokens += shape.dimension() == 0 ? 1 : shape.size() / Math.max(1, shape.get(shape.dimension() - 1));
        }
    }

    void gradientNorm(double norm) {
        scalars.put(Scalars.GRADIENT_NORM, norm);
    }

    /**
     * Names the sequences of the batch with their own losses, where it is trained on cross-entropy with a label for each
     * row of logits; and their tokens, where they were read as whole numbers.
     *
     * @param logits (tokens, vocabulary) @param logZ (tokens, 1) @param before sequences trained on before this batch
     */
    void name(Trainer trainer, BatchData data, HostTensor logits, HostTensor logZ, long before) {
        int size = data.getBatch().getSize();
        NDArray labels = data.getBatch().getLabels().getFirst();
        if (!(trainer.getLoss() instanceof SoftmaxCrossEntropyLoss)
                || trainer.getDevices().length > 1
                || labels.size() != logits.rows()
                || logits.rows() % size > 0) {
            return;
        }
        float[] targets = Host.floats(labels);
        for (float target : targets) {
            if (!(target >= 0 && target < logits.columns())) {
                return; // a label that is no class, such as one for padding
            }
        }
        int length = logits.rows() / size;
        List<Batch.Sequence> named = new ArrayList<>();
        for (int sequence = 0; sequence < size; sequence++) {
            double sum = 0;
            for (int row = sequence * length; row < (sequence + 1) * length; row++) {
                sum += logZ.data()[row] - logits.data()[row * logits.columns() + (int) targets[row]];
            }
            named.add(new Batch.Sequence(SOURCE, place(data, sequence, before), sum / length));
        }
        batch = Optional.of(new Batch(named));
        NDArray ids = data.getBatch().getData().getFirst();
        if (ids.getDataType() == DataType.INT32 || ids.getDataType() == DataType.INT64) {
            if (ids.getShape().dimension() == 2 && ids.getShape().get(0) == size) {
                try (NDArray whole = ids.toType(DataType.INT32, true)) {
                    read = new Tokens(whole.toIntArray(), size);
                }
            }
        }
    }

    /** @param seconds the step took; empty where it is not known when it began */
    StepFacts facts(Optional<Double> seconds, int epoch) {
        if (batches > 0) {
            scalars.put(Scalars.LOSS, losses / batches)
                    .put(Scalars.TOKENS, tokens)
                    .put(Scalars.BATCH_SEQUENCES, sequences);
        }
        seconds.ifPresent(value -> scalars.put(Scalars.STEP_SECONDS, value));
        scalars.put("epoch", epoch);
        return new StepFacts(scalars.build(), batch, read);
    }

    private static long place(BatchData data, int sequence, long before) {
        List<?> indices = data.getBatch().getIndices();
        return indices != null && indices.size() > sequence && indices.get(sequence) instanceof Number index
                ? index.longValue()
                : before + sequence;
    }
}
