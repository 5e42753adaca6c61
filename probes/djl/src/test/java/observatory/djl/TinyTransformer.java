package observatory.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.Batchifier;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** A transformer of two layers of DJL's own blocks, with dropout, that learns to say the next token of a cycle. */
final class TinyTransformer implements AutoCloseable {
    static final Size SMALL = new Size(2, 16, 11, 3, 7);

    private final Size size;
    final Model model;
    final Trainer trainer;
    private final SplittableRandom data = new SplittableRandom(5);

    /** Two heads in each layer, and an MLP of twice the width. */
    record Size(int layers, int width, int vocabulary, int sequences, int length) {}

    /** @param wrapped what stands in the model for one of its layers, by its number */
    TinyTransformer(float rate, BiFunction<Integer, Block, Block> wrapped, TrainingListener... listeners) {
        this(Tracker.fixed(rate), wrapped, listeners);
    }

    TinyTransformer(Tracker rate, BiFunction<Integer, Block, Block> wrapped, TrainingListener... listeners) {
        this(SMALL, rate, wrapped, listeners);
    }

    TinyTransformer(Size size, Tracker rate, BiFunction<Integer, Block, Block> wrapped, TrainingListener... listeners) {
        this(Loss.softmaxCrossEntropyLoss(), size, rate, wrapped, listeners);
    }

    TinyTransformer(
            Loss loss,
            Size size,
            Tracker rate,
            BiFunction<Integer, Block, Block> wrapped,
            TrainingListener... listeners) {
        this.size = size;
        model = Model.newInstance("tiny", "PyTorch");
        model.getNDManager().getEngine().setRandomSeed(17);
        SequentialBlock blocks = new SequentialBlock()
                .add(input -> new NDList(input.singletonOrThrow().oneHot(size.vocabulary())))
                .add(Linear.builder().setUnits(size.width()).build());
        for (int layer = 0; layer < size.layers(); layer++) {
            blocks.add(wrapped.apply(
                    layer, new TransformerEncoderBlock(size.width(), 2, 2 * size.width(), 0.1f, Activation::relu)));
        }
        blocks.add(Linear.builder().setUnits(size.vocabulary()).build())
                .add(out -> new NDList(out.singletonOrThrow().reshape(-1, size.vocabulary())));
        model.setBlock(blocks);
        trainer = model.newTrainer(new DefaultTrainingConfig(loss)
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(Optimizer.adamW().optLearningRateTracker(rate).build())
                .addTrainingListeners(listeners));
        trainer.initialize(new Shape(size.sequences(), size.length()));
    }

    void train(int steps) {
        for (int step = 0; step < steps; step++) {
            try (Batch batch = batch()) {
                EasyTrain.trainBatch(trainer, batch);
                trainer.step();
            }
        }
    }

    Batch batch() {
        NDManager manager = model.getNDManager().newSubManager();
        int[] ids = new int[size.sequences() * size.length()];
        int[] next = new int[ids.length];
        for (int sequence = 0; sequence < size.sequences(); sequence++) {
            int from = data.nextInt(size.vocabulary());
            for (int i = 0; i < size.length(); i++) {
                ids[sequence * size.length() + i] = (from + i) % size.vocabulary();
                next[sequence * size.length() + i] = (from + i + 1) % size.vocabulary();
            }
        }
        return new Batch(
                manager,
                new NDList(manager.create(ids, new Shape(size.sequences(), size.length()))),
                new NDList(manager.create(next, new Shape(ids.length))),
                size.sequences(),
                Batchifier.STACK,
                Batchifier.STACK,
                0,
                0,
                Stream.iterate(0, i -> i + 1).limit(size.sequences()).toList());
    }

    Parameter parameter(int layer, String name) {
        return model.getBlock().getParameters().stream()
                .filter(pair -> pair.getKey().startsWith("0" + (layer + 3))
                        && pair.getKey().endsWith("_" + name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        name + " of " + model.getBlock().getParameters().keys()))
                .getValue();
    }

    /** Of each parameter, in their order, what stands for all its bits. */
    List<Integer> weights() {
        return model.getBlock().getParameters().values().stream()
                .map(parameter -> Arrays.hashCode(parameter.getArray().toFloatArray()))
                .toList();
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
