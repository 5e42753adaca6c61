package observatory.trainer.cpu;

import java.util.Arrays;
import java.util.Map;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
import observatory.trainer.ModelSpec.Position;
import observatory.trainer.TokenBatch;

/** The same model, written for no other purpose than to be obviously right: double, loops, no tricks, forward only. */
final class PlainGpt {
    private final ModelSpec spec;
    private final Map<String, double[]> weights;

    /** @param weights by {@code layer/name}, row-major */
    PlainGpt(ModelSpec spec, Map<String, double[]> weights) {
        this.spec = spec;
        this.weights = weights;
    }

    /** Mean over the sequences of the mean cross-entropy of their targets, in nats, plus z-loss. */
    double loss(TokenBatch batch) {
        int t = batch.context();
        double sum = 0;
        for (int b = 0; b < batch.size(); b++) {
            double[][] x = new double[t][];
            for (int i = 0; i < t; i++) {
                x[i] = plus(row("-1/embedding.token", batch.inputs()[b * t + i]), position(i));
            }
            for (int layer = 0; layer < spec.layers(); layer++) {
                x = block(x, layer + "/", batch.prefixes()[b]);
            }
            int first = Math.max(0, batch.prefixes()[b] - 1);
            for (int i = first; i < t; i++) {
                String table = spec.tied() ? "-1/embedding.token" : "-1/unembedding";
                double[] logits = times(table, norm(x[i], "-1/final.norm"));
                double logZ = logSumExp(logits);
                double loss = logZ - logits[batch.targets()[b * t + i]] + spec.zLoss() * logZ * logZ;
                sum += loss / (t - first);
            }
        }
        return sum / batch.size();
    }

    private double[] position(int t) {
        double[] vector = new double[spec.width()];
        switch (spec.position()) {
            case LEARNED -> vector = row("-1/embedding.position", t);
            case SINUSOIDAL -> {
                for (int i = 0; i < vector.length; i++) {
                    double angle = t / Math.pow(10_000, 2 * (i / 2) / (double) vector.length);
                    vector[i] = 0.02 * Math.sqrt(2) * (i % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
                }
            }
            case ROTARY, ALIBI -> {}
        }
        return vector;
    }

    private double[][] block(double[][] x, String layer, int prefix) {
        int t = x.length;
        double[][] qkv = new double[t][];
        for (int i = 0; i < t; i++) {
            qkv[i] = times(layer + "attention.qkv", norm(x[i], layer + "attention.norm"));
            for (int head = 0; head < 2 * spec.heads(); head++) {
                prepare(qkv[i], head * spec.headWidth(), i, layer);
            }
        }
        double[][] out = new double[t][];
        for (int i = 0; i < t; i++) {
            double[] middle = plus(x[i], times(layer + "attention.out", attend(qkv, i, prefix)));
            double[] up = times(layer + "mlp.up", norm(middle, layer + "mlp.norm"));
            double[] hidden = new double[spec.hidden()];
            for (int j = 0; j < hidden.length; j++) {
                hidden[j] = activation(up[j]) * (spec.activation().gated() ? up[hidden.length + j] : 1);
            }
            out[i] = plus(middle, times(layer + "mlp.down", hidden));
        }
        return out;
    }

    private double activation(double x) {
        return switch (spec.activation()) {
            case GELU, GEGLU -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SWIGLU -> x / (1 + Math.exp(-x));
            case SQUARED_RELU -> Math.max(0, x) * Math.max(0, x);
        };
    }

    /** Norm and rotation of one head of queries or keys, in place. */
    private void prepare(double[] qkv, int at, int t, String layer) {
        int d = spec.headWidth();
        if (spec.qkNorm()) {
            double squares = 0;
            for (int k = 0; k < d; k++) {
                squares += qkv[at + k] * qkv[at + k] / d;
            }
            String name = layer + (at < spec.width() ? "attention.query_norm.gain" : "attention.key_norm.gain");
            for (int k = 0; k < d; k++) {
                qkv[at + k] *= weights.get(name)[k] / Math.sqrt(squares + 1e-5);
            }
        }
        if (spec.position() == Position.ROTARY) {
            for (int k = 0; k < d / 2; k++) {
                double angle = t * Math.pow(10_000, -2.0 * k / d);
                double x = qkv[at + k];
                double y = qkv[at + k + d / 2];
                qkv[at + k] = x * Math.cos(angle) - y * Math.sin(angle);
                qkv[at + k + d / 2] = y * Math.cos(angle) + x * Math.sin(angle);
            }
        }
    }

    private double slope(int head) {
        if (spec.position() != Position.ALIBI) {
            return 0;
        }
        int power = Integer.highestOneBit(spec.heads());
        return head < power
                ? Math.pow(2, -8.0 * (head + 1) / power)
                : Math.pow(2, -8.0 * (2 * (head - power) + 1) / (2 * power));
    }

    private double[] attend(double[][] qkv, int i, int prefix) {
        int c = spec.width();
        int d = spec.headWidth();
        double[] mixed = new double[c];
        for (int head = 0; head < spec.heads(); head++) {
            int seen = Math.max(i + 1, prefix);
            double[] scores = new double[seen];
            for (int j = 0; j < seen; j++) {
                scores[j] = -slope(head) * Math.abs(i - j);
                for (int k = 0; k < d; k++) {
                    scores[j] += qkv[i][head * d + k] * qkv[j][c + head * d + k] / Math.sqrt(d);
                }
            }
            double all = logSumExp(scores);
            for (int j = 0; j < seen; j++) {
                for (int k = 0; k < d; k++) {
                    mixed[head * d + k] += Math.exp(scores[j] - all) * qkv[j][2 * c + head * d + k];
                }
            }
        }
        return mixed;
    }

    private double[] norm(double[] x, String name) {
        double mean = 0;
        if (spec.norm() == Norm.LAYERNORM) {
            for (double v : x) {
                mean += v / x.length;
            }
        }
        double variance = 0;
        for (double v : x) {
            variance += (v - mean) * (v - mean) / x.length;
        }
        double[] gain = weights.get(name + ".gain");
        double[] bias = weights.getOrDefault(name + ".bias", new double[x.length]);
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * gain[i] + bias[i];
        }
        return y;
    }

    private double[] times(String name, double[] x) {
        double[] w = weights.get(name);
        double[] y = new double[w.length / x.length];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += w[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    private double[] row(String name, int row) {
        return Arrays.copyOfRange(weights.get(name), row * spec.width(), (row + 1) * spec.width());
    }

    private static double[] plus(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < a.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static double logSumExp(double[] x) {
        double max = Arrays.stream(x).max().orElseThrow();
        double sum = 0;
        for (double v : x) {
            sum += Math.exp(v - max);
        }
        return max + Math.log(sum);
    }
}
