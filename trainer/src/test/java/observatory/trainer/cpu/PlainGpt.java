package observatory.trainer.cpu;

import java.util.Map;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelSpec.Norm;
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

    /** Mean loss over all tokens, in nats. */
    double loss(TokenBatch batch) {
        int t = spec.context();
        double sum = 0;
        for (int b = 0; b < batch.size(); b++) {
            double[][] x = new double[t][];
            for (int i = 0; i < t; i++) {
                x[i] = plus(row("-1/embedding.token", batch.inputs()[b * t + i]), row("-1/embedding.position", i));
            }
            for (int layer = 0; layer < spec.layers(); layer++) {
                x = block(x, layer + "/");
            }
            for (int i = 0; i < t; i++) {
                double[] logits = times("-1/unembedding", norm(x[i], "-1/final.norm"));
                sum += logSumExp(logits) - logits[batch.targets()[b * t + i]];
            }
        }
        return sum / (batch.size() * t);
    }

    private double[][] block(double[][] x, String layer) {
        int t = x.length;
        double[][] qkv = new double[t][];
        for (int i = 0; i < t; i++) {
            qkv[i] = times(layer + "attention.qkv", norm(x[i], layer + "attention.norm"));
        }
        double[][] out = new double[t][];
        for (int i = 0; i < t; i++) {
            double[] middle = plus(x[i], times(layer + "attention.out", attend(qkv, i)));
            double[] up = times(layer + "mlp.up", norm(middle, layer + "mlp.norm"));
            for (int j = 0; j < up.length; j++) {
                double inner = Math.sqrt(2 / Math.PI) * (up[j] + 0.044715 * up[j] * up[j] * up[j]);
                up[j] = 0.5 * up[j] * (1 + Math.tanh(inner));
            }
            out[i] = plus(middle, times(layer + "mlp.down", up));
        }
        return out;
    }

    private double[] attend(double[][] qkv, int i) {
        int c = spec.width();
        int d = spec.headWidth();
        double[] mixed = new double[c];
        for (int head = 0; head < spec.heads(); head++) {
            double[] scores = new double[i + 1];
            for (int j = 0; j <= i; j++) {
                for (int k = 0; k < d; k++) {
                    scores[j] += qkv[i][head * d + k] * qkv[j][c + head * d + k] / Math.sqrt(d);
                }
            }
            double all = logSumExp(scores);
            for (int j = 0; j <= i; j++) {
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
        return java.util.Arrays.copyOfRange(weights.get(name), row * spec.width(), (row + 1) * spec.width());
    }

    private static double[] plus(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < a.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static double logSumExp(double[] x) {
        double max = java.util.Arrays.stream(x).max().orElseThrow();
        double sum = 0;
        for (double v : x) {
            sum += Math.exp(v - max);
        }
        return max + Math.log(sum);
    }
}
