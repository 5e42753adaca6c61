package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/** Activations, and units that are gated, forward and back, in the words of activation.cu. */
final class ActivationKernels {
    private final Kernels kernels;
    private final Blocks blocks;

    ActivationKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    void forward(long x, long y, long elements, int kind, long xPartials, long yPartials) {
        kernels.launch(
                Kernels.measured("activate", xPartials | yPartials),
                Grid.of(blocks.forElements(elements), Blocks.THREADS),
                x,
                y,
                elements,
                kind,
                xPartials,
                yPartials);
    }

    void backward(long dy, long x, long dx, long elements, int kind) {
        kernels.launch(
                "activate_backward", Grid.of(blocks.forElements(elements), Blocks.THREADS), dy, x, dx, elements, kind);
    }

    void gate(long gates, long values, long y, long elements, int kind, long gatePartials, long yPartials) {
        kernels.launch(
                Kernels.measured("gate", gatePartials | yPartials),
                Grid.of(blocks.forElements(elements), Blocks.THREADS),
                gates,
                values,
                y,
                elements,
                kind,
                gatePartials,
                yPartials);
    }

    /** @param d (rows, 2 · units) */
    void gateBackward(long dy, long gates, long values, long d, Rows units, int kind) {
        kernels.launch(
                "gate_backward",
                Grid.of(blocks.forElements(units.elements()), Blocks.THREADS),
                dy,
                gates,
                values,
                d,
                units.elements(),
                units.columns(),
                kind);
    }
}
