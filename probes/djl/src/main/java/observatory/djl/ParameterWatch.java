package observatory.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import observatory.probe.Hook;
import observatory.probe.HostTensor;
import observatory.probe.Instruments;

/** The parameters of a model in a step: their gradients before the weights change, and what has become of the weights. */
final class ParameterWatch {
    private final Instruments<HostTensor> instruments;
    private final LongSupplier nanos;
    private final Places places;
    private final Map<Parameter, float[]> weights = new HashMap<>();
    private boolean kept;

    ParameterWatch(Instruments<HostTensor> instruments, LongSupplier nanos, Places places) {
        this.instruments = instruments;
        this.nanos = nanos;
        this.places = places;
    }

    /** Shows the gradients that are due, keeps the weights if their updates are; the norm of all gradients together. */
    double gradients() {
        kept = instruments.wants(Hook.UPDATE);
        double square = 0;
        for (Places.Watched watched : places.parameters()) {
            NDArray weight = watched.parameter().getArray();
            if (!trained(watched.parameter()) || !weight.hasGradient()) {
                continue;
            }
            try (NDArray gradient = weight.getGradient()) {
                long began = nanos.getAsLong();
                double norm = norm(gradient);
                square += norm * norm;
                instruments.spent(nanos.getAsLong() - began);
                instruments.making(
                        Hook.GRADIENT, () -> instruments.at(watched.at(Hook.GRADIENT), Host.tensor(gradient)));
            }
            if (kept) {
                instruments.making(Hook.UPDATE, () -> keep(watched.parameter()));
            }
        }
        return Math.sqrt(square);
    }

    /** Shows what the weights are now, and by how much they have changed. */
    void changed() {
        for (Places.Watched watched : places.parameters()) {
            Parameter parameter = watched.parameter();
            if (!trained(parameter)) {
                continue;
            }
            if (kept && weights.containsKey(parameter)) {
                instruments.making(Hook.UPDATE, () -> {
                    float[] update = weights.get(parameter).clone();
                    HostTensor weight = matrix(parameter);
                    for (int i = 0; i < update.length; i++) {
                        update[i] = weight.data()[i] - update[i];
                    }
                    instruments.at(
                            watched.at(Hook.UPDATE), new HostTensor(update, weight.rows(), weight.columns()), weight);
                });
            }
            if (parameter.getShape().dimension() > 1) {
                instruments.making(Hook.WEIGHT, () -> instruments.at(watched.at(Hook.WEIGHT), matrix(parameter)));
            }
            if (parameter.getType() == Parameter.Type.GAMMA) {
                instruments.making(Hook.NORM_GAIN, () -> instruments.at(watched.at(Hook.NORM_GAIN), matrix(parameter)));
            }
        }
        kept = false;
    }

    private static boolean trained(Parameter parameter) {
        return parameter.isInitialized() && parameter.requiresGradient();
    }

    private static double norm(NDArray gradient) {
        if (gradient.isSparse()) {
            try (NDArray dense = gradient.toDense()) {
                return norm(dense);
            }
        }
        try (NDArray norm = gradient.norm()) {
            return Host.floats(norm)[0];
        }
    }

    /** Into the array it was kept in before, because that is how power iteration knows it again. */
    private float[] keep(Parameter parameter) {
        float[] now = Host.floats(parameter.getArray());
        float[] same = weights.computeIfAbsent(parameter, _ -> new float[now.length]);
        System.arraycopy(now, 0, same, 0, now.length);
        return same;
    }

    /** What the weights are now: a row for each output, or one row. */
    private HostTensor matrix(Parameter parameter) {
        float[] now = keep(parameter);
        int rows = Math.toIntExact(
                parameter.getShape().dimension() > 1 ? parameter.getShape().get(0) : 1);
        return new HostTensor(now, rows, now.length / rows);
    }
}
