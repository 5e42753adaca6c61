package observatory.trainer.cpu;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import java.util.HashMap;
import java.util.Map;
import observatory.trainer.Adam;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Position;
import observatory.trainer.TokenBatch;

/**
 * The same model in libtorch, through DJL: its embedding, layer norm, softmax, log-softmax and products, its gradients,
 * and AdamW as {@code torch.optim.AdamW} has it, on weights of one type.
 */
final class TorchGpt implements AutoCloseable {
    /** Of a score that is not seen: e to it is zero in every type. */
    private static final double UNSEEN = -1e30;

    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
    private final ModelSpec spec;
    private final DataType type;
    private final Map<String, NDArray> weights = new HashMap<>();
    private final Map<String, NDArray[]> moments = new HashMap<>();
    private final Map<String, double[]> gradients = new HashMap<>();
    private int steps;

    /**
     * @param given by {@code layer/name}, row-major
     * @param rows how many rows each has
     */
    TorchGpt(ModelSpec spec, Map<String, double[]> given, Map<String, Integer> rows, DataType type) {
        this.spec = spec;
        this.type = type;
        given.forEach((name, values) -> {
            int height = rows.get(name);
            Shape shape = height == 1 ? new Shape(values.length) : new Shape(height, values.length / height);
            set(name, array(values, shape));
        });
    }

    /**
     * Mean over the sequences of the mean cross-entropy of their targets, in nats; the gradients are there afterwards.
     */
    double backward(TokenBatch batch) {
        try (NDManager scratch = manager.newSubManager();
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            weights.values().forEach(weight -> weight.setRequiresGradient(true));
            NDArray[] losses = losses(batch);
            for (NDArray loss : losses) {
                loss.attach(scratch);
            }
            collector.backward(losses[1]);
            weights.forEach((name, weight) -> {
                try (NDArray gradient = weight.getGradient()) {
                    gradients.put(name, doubles(gradient));
                }
            });
            return doubles(losses[0])[0];
        }
    }

    /** Of {@link #backward}, by {@code layer/name}. */
    double[] gradient(String name) {
        return gradients.get(name);
    }

    double[] weight(String name) {
        return doubles(weights.get(name));
    }

    double gradientNorm() {
        double squares = 0;
        for (double[] gradient : gradients.values()) {
            for (double g : gradient) {
                squares += g * g;
            }
        }
        return Math.sqrt(squares);
    }

    /** One step of AdamW on the gradients given, scaled so that their norm is at most 1. */
    void step(Map<String, double[]> given, double rate, Adam adam) {
        steps++;
        double squares = 0;
        for (double[] gradient : given.values()) {
            for (double g : gradient) {
                squares += g * g;
            }
        }
        double clip = Math.min(1, 1 / (Math.sqrt(squares) + 1e-6));
        for (String name : given.keySet()) {
            NDArray weight = weights.get(name).stopGradient();
            boolean matrix = weight.getShape().dimension() > 1;
            NDArray g = array(given.get(name), weight.getShape()).mul(clip);
            NDArray[] before = moments.getOrDefault(name, new NDArray[] {g.zerosLike(), g.zerosLike()});
            NDArray m = before[0].mul(adam.beta1()).add(g.mul(1 - (double) adam.beta1()));
            NDArray v = before[1].mul(adam.beta2()).add(g.square().mul(1 - (double) adam.beta2()));
            moments.put(name, new NDArray[] {m, v});
            NDArray spread =
                    v.sqrt().div(Math.sqrt(1 - Math.pow(adam.beta2(), steps))).add((double) adam.epsilon());
            double decay = matrix ? 1 - rate * adam.weightDecay() : 1;
            NDArray update = m.div(spread).mul(rate / (1 - Math.pow(adam.beta1(), steps)));
            set(name, array(doubles(weight.mul(decay).sub(update)), weight.getShape()));
        }
    }

    void step(double rate, Adam adam) {
        step(new HashMap<>(gradients), rate, adam);
    }

    private NDArray[] losses(TokenBatch batch) {
        int rows = batch.size();
        int length = batch.context();
        NDArray ids = manager.create(batch.inputs(), new Shape(rows, length));
        NDArray table = weights.get("-1/embedding.token");
        NDArray x = ids.getNDArrayInternal()
                .embedding(ids, table, SparseFormat.DENSE)
                .singletonOrThrow();
        x = switch (spec.position()) {
            case LEARNED -> x.add(weights.get("-1/embedding.position"));
            case SINUSOIDAL -> x.add(sinusoids(length));
            case ROTARY, ALIBI -> x;
        };
        NDArray unseen = mask(batch);
        for (int layer = 0; layer < spec.layers(); layer++) {
            x = block(x, layer + "/", unseen);
        }
        NDArray logits = product(normalise(x, "-1/final.norm"), spec.tied() ? "-1/embedding.token" : "-1/unembedding");
        NDArray chosen =
                manager.create(batch.targets(), new Shape(rows, length)).oneHot(spec.vocabulary(), type);
        NDArray share = shares(batch);
        NDArray entropy = logits.logSoftmax(-1)
                .mul(chosen)
                .sum(new int[] {-1})
                .neg()
                .mul(share)
                .sum();
        NDArray logZ = logits.mul(chosen)
                .sum(new int[] {-1})
                .sub(logits.logSoftmax(-1).mul(chosen).sum(new int[] {-1}));
        return new NDArray[] {
            entropy, entropy.add(logZ.square().mul(share).sum().mul(number(spec.zLoss())))
        };
    }

    private NDArray block(NDArray x, String layer, NDArray unseen) {
        NDList parts = product(normalise(x, layer + "attention.norm"), layer + "attention.qkv")
                .split(3, 2);
        NDArray q = heads(parts.get(0));
        NDArray k = heads(parts.get(1));
        if (spec.qkNorm()) {
            q = rootMeanSquare(q).mul(weights.get(layer + "attention.query_norm.gain"));
            k = rootMeanSquare(k).mul(weights.get(layer + "attention.key_norm.gain"));
        }
        if (spec.position() == Position.ROTARY) {
            q = rotate(q);
            k = rotate(k);
        }
        NDArray scores = q.matMul(k.swapAxes(2, 3)).div(number(Math.sqrt(spec.headWidth())));
        NDArray mixed = scores.add(unseen).softmax(-1).matMul(heads(parts.get(2)));
        NDArray joined = mixed.swapAxes(1, 2).reshape(x.getShape());
        NDArray middle = x.add(product(joined, layer + "attention.out"));
        NDArray up = product(normalise(middle, layer + "mlp.norm"), layer + "mlp.up");
        NDArray hidden = switch (spec.activation()) {
            case GELU -> gelu(up);
            case GEGLU -> gelu(up.split(2, 2).get(0)).mul(up.split(2, 2).get(1));
            case SWIGLU -> {
                NDArray gate = up.split(2, 2).get(0);
                yield gate.mul(Activation.sigmoid(gate)).mul(up.split(2, 2).get(1));
            }
            case SQUARED_RELU -> Activation.relu(up).square();
        };
        return middle.add(product(hidden, layer + "mlp.down"));
    }

    private NDArray product(NDArray x, String name) {
        return x.matMul(weights.get(name).transpose());
    }

    /** (B, T, C) to (B, H, T, d). */
    private NDArray heads(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), spec.heads(), spec.headWidth())
                .swapAxes(1, 2);
    }

    private NDArray normalise(NDArray x, String name) {
        NDArray gain = weights.get(name + ".gain");
        if (spec.norm() == Norm.RMSNORM) {
            return rootMeanSquare(x).mul(gain);
        }
        return x.getNDArrayInternal()
                .layerNorm(x, gain.getShape(), gain, weights.get(name + ".bias"), 1e-5f)
                .singletonOrThrow();
    }

    private static NDArray rootMeanSquare(NDArray x) {
        return x.div(x.square().mean(new int[] {-1}, true).add(1e-5).sqrt());
    }

    /** The approximation by tanh of Hendrycks and Gimpel (arXiv 1606.08415), as GPT-2 has it. */
    private NDArray gelu(NDArray x) {
        NDArray inner = x.add(x.mul(x).mul(x).mul(number(0.044715))).mul(number(Math.sqrt(2 / Math.PI)));
        return x.mul(inner.tanh().add(1)).mul(number(0.5));
    }

    /** The halves of a head are the two coordinates of d/2 points (arXiv 2104.09864). */
    private NDArray rotate(NDArray x) {
        int length = (int) x.getShape().get(2);
        int points = spec.headWidth() / 2;
        double[] cos = new double[length * points];
        double[] sin = new double[cos.length];
        for (int i = 0; i < cos.length; i++) {
            double angle = i / points * Math.pow(10_000, -(double) (i % points) / points);
            cos[i] = Math.cos(angle);
            sin[i] = Math.sin(angle);
        }
        NDArray c = array(cos, new Shape(length, points));
        NDArray s = array(sin, new Shape(length, points));
        NDList halves = x.split(2, 3);
        NDArray a = halves.get(0);
        NDArray b = halves.get(1);
        return NDArrays.concat(new NDList(a.mul(c).sub(b.mul(s)), b.mul(c).add(a.mul(s))), 3);
    }

    private NDArray sinusoids(int length) {
        double[] values = new double[length * spec.width()];
        for (int i = 0; i < values.length; i++) {
            int channel = i % spec.width();
            double angle = i / spec.width() / Math.pow(10_000, 2 * (channel / 2) / (double) spec.width());
            values[i] = 0.02 * Math.sqrt(2) * (channel % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
        }
        return array(values, new Shape(length, spec.width()));
    }

    /** (B, H, T, T): what is added to a score; with ALiBi's slopes (arXiv 2108.12409), for any number of heads. */
    private NDArray mask(TokenBatch batch) {
        int t = batch.context();
        double[] values = new double[batch.size() * spec.heads() * t * t];
        int power = Integer.highestOneBit(spec.heads());
        for (int at = 0; at < values.length; at++) {
            int key = at % t;
            int query = at / t % t;
            int head = at / (t * t) % spec.heads();
            int row = at / (t * t * spec.heads());
            double exponent = head < power ? (head + 1.0) / power : (2 * (head - power) + 1.0) / (2 * power);
            double slope = spec.position() == Position.ALIBI ? Math.pow(2, -8 * exponent) : 0;
            boolean seen = key <= query || key < batch.prefixes()[row];
            values[at] = seen ? -slope * Math.abs(query - key) : UNSEEN;
        }
        return array(values, new Shape(batch.size(), spec.heads(), t, t));
    }

    /** (B, T): what part of the loss each token's is; those inside a prefix are given and none. */
    private NDArray shares(TokenBatch batch) {
        double[] values = new double[batch.size() * batch.context()];
        for (int at = 0; at < values.length; at++) {
            int first = Math.max(0, batch.prefixes()[at / batch.context()] - 1);
            values[at] = at % batch.context() < first ? 0 : 1.0 / (batch.context() - first) / batch.size();
        }
        return array(values, new Shape(batch.size(), batch.context()));
    }

    private void set(String name, NDArray value) {
        NDArray before = weights.put(name, value);
        if (before != null) {
            before.close();
        }
    }

    /**
     * A factor that lives as long as this. Where gradients are taken DJL's own products with a number read freed memory:
     * it lets go of the number's buffer after the forward pass, and the backward pass needs it.
     */
    private NDArray number(double value) {
        return array(new double[] {value}, new Shape(1));
    }

    private NDArray array(double[] values, Shape shape) {
        return manager.create(values, shape).toType(type, true);
    }

    private static double[] doubles(NDArray array) {
        try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
            return wide.toDoubleArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
