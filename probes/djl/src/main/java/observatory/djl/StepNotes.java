package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.listener.TrainingListener.BatchData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import observatory.probe.Batch;
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

    /** A batch of the step and its loss. */
    void add(BatchData data, double loss) {
        losses += loss;
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
     * Names the sequences of the batch with their own losses; and their tokens, where they were read as whole numbers.
     *
     * @param before sequences trained on before this batch
     */
    void name(BatchData data, TokenLosses losses, long before) {
        int size = data.getBatch().getSize();
        int length = losses.losses().length / size;
        if (length * size != losses.losses().length) {
            return;
        }
        List<Batch.Sequence> named = new ArrayList<>();
        for (int sequence = 0; sequence < size; sequence++) {
            double mean = losses.mean(sequence * length, (sequence + 1) * length);
            named.add(new Batch.Sequence(SOURCE, place(data, sequence, before), mean));
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
