package observatory.trainer.cuda;

import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.cuda.Activations.Layer;
import observatory.trainer.cuda.Gemm.Kind;

/** The MLP half of a layer behind its norm: up, activation or gate, down. */
final class Mlp {
    private final NetworkContext network;
    private final ModelSpec spec;
    private final Activations kept;
    private final ActivationKernels kernels;

    Mlp(NetworkContext network) {
        this.network = network;
        this.spec = network.spec();
        this.kept = network.kept();
        this.kernels = network.operations().activation();
    }

    /** Leaves in {@code branch} what is to be added to the residual stream. */
    void forward(Pass pass, int number) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        int units = spec.hidden();
        long elements = (long) rows * units;
        HookLines lines = pass.lines();
        long up = network.working(number, "mlp.up");
        network.multiply(Kind.FORWARD, rows, units, width, layer.mlpInput(), up, layer.up());
        lines.damage(Hook.MLP_UP, number, layer.up(), elements);
        int blocks = network.operations().blocks().forElements(elements);
        long upPartials = lines.partials(Hook.MLP_UP, number, blocks);
        long hiddenPartials = lines.partials(Hook.MLP_HIDDEN, number, blocks);
        if (spec.activation().gated()) {
            long valueWeights = up + (long) units * width * elementBytes();
            long values = values(layer, rows);
            network.multiply(Kind.FORWARD, rows, units, width, layer.mlpInput(), valueWeights, values);
            kernels.gate(layer.up(), values, layer.hidden(), elements, kind(), upPartials, hiddenPartials);
        } else {
            kernels.forward(layer.up(), layer.hidden(), elements, kind(), upPartials, hiddenPartials);
        }
        network.show(pass, Hook.MLP_UP, number, layer.up(), units);
        network.show(pass, Hook.MLP_HIDDEN, number, layer.hidden(), units);
        long down = network.working(number, "mlp.down");
        network.multiply(Kind.FORWARD, rows, width, units, layer.hidden(), down, kept.branch());
        lines.damage(Hook.MLP_OUT, number, kept.branch(), (long) rows * width);
    }

    /** From the gradient of the residual stream to that of the norm's output, in {@code narrow}. */
    void backward(Pass pass, int number, boolean more) {
        Layer layer = kept.layers().get(number);
        int rows = pass.rows();
        int width = spec.width();
        int units = spec.hidden();
        network.weightGradient(number, "mlp.down", rows, kept.gradient(), layer.hidden(), more);
        long hidden = spec.activation().gated() ? kept.units() : kept.wide();
        long down = network.working(number, "mlp.down");
        network.multiply(Kind.INPUT_GRADIENT, rows, units, width, kept.gradient(), down, hidden);
        if (spec.activation().gated()) {
            kernels.gateBackward(hidden, layer.up(), values(layer, rows), kept.wide(), new Rows(rows, units), kind());
        } else {
            kernels.backward(hidden, layer.up(), kept.wide(), (long) rows * units, kind());
        }
        network.weightGradient(number, "mlp.up", rows, kept.wide(), layer.mlpInput(), more);
        long up = network.working(number, "mlp.up");
        network.multiply(Kind.INPUT_GRADIENT, rows, width, spec.projected(), kept.wide(), up, kept.narrow());
    }

    /** The values that gates multiply, behind the gates. */
    private long values(Layer layer, int rows) {
        return layer.up() + (long) rows * spec.hidden() * elementBytes();
    }

    private int elementBytes() {
        return network.weights().format().bytes();
    }

    /** As activation.cu counts them. */
    private int kind() {
        return switch (spec.activation()) {
            case GELU, GEGLU -> 0;
            case SWIGLU -> 2;
            case SQUARED_RELU -> 3;
        };
    }
}
