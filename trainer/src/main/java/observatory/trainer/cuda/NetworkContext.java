package observatory.trainer.cuda;

import observatory.probe.Hook;
import observatory.trainer.ModelSpec;
import observatory.trainer.cuda.CudaTensor.Place;
import observatory.trainer.cuda.Gemm.Kind;
import observatory.trainer.cuda.Parameters.Parameter;

/** What every part of the network works with: its shape, its memory on the device, and who computes. */
record NetworkContext(
        ModelSpec spec,
        Weights weights,
        Activations kept,
        Operations operations,
        Gemm gemm,
        FixedTables.Uploaded tables) {

    /** What a pass reads of a parameter. */
    long working(int layer, String name) {
        return weights.working(weights.parameters().of(layer, name));
    }

    /** A product of three matrices' shapes as {@link Gemm} has them; sets c. */
    void multiply(Kind kind, int m, int n, int k, long a, long b, long c) {
        gemm.multiply(new Gemm.Shape(kind, m, n, k), a, b, c, false);
    }

    /** Sets, or adds to where {@code more}, the gradient of a matrix: dyᵀ x over rows. */
    void weightGradient(int layer, String name, int rows, long dy, long x, boolean more) {
        Parameter parameter = weights.parameters().of(layer, name);
        gemm.multiply(
                new Gemm.Shape(Kind.WEIGHT_GRADIENT, parameter.rows(), parameter.columns(), rows),
                dy,
                x,
                weights.gradient(parameter),
                more);
    }

    /** A tensor of rows passes a hook. */
    void show(Pass pass, Hook hook, int layer, long address, int columns) {
        pass.lines().pass(hook, layer, new Place(address, pass.rows(), columns, weights.format()));
    }

    /** The residual stream in front of a layer. */
    long residualBefore(int layer) {
        return layer == 0 ? kept.embedded() : kept.layers().get(layer - 1).output();
    }
}
