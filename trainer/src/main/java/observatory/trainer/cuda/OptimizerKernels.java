package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/**
 * The end of a step: the norm of the gradient, the decision, AdamW, and weights rounded, in the words of optimizer.cu.
 */
final class OptimizerKernels {
    private final Kernels kernels;
    private final Blocks blocks;

    OptimizerKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    void gradientNorm(long gradients, long chunks, int count, long partials) {
        kernels.launch("gradient_norm", Grid.of(count, Blocks.THREADS), gradients, chunks, partials);
    }

    void decide(long rows, int parameters, long orders, long decision) {
        kernels.launch("decide", Grid.of(1, 32), rows, parameters, orders, decision);
    }

    /** Where all parameters lie, one after the other; working is 0 where the weights themselves are read. */
    record Arrays(long gradients, long weights, long firsts, long seconds, long working) {}

    /** Where the orders of a step are, and the decision it came to. */
    record Control(long orders, long decision) {}

    void adamw(Arrays p, long chunks, int count, Control control, long updatePartials, long weightPartials) {
        kernels.launch(
                Kernels.measured("adamw", updatePartials),
                Grid.of(count, Blocks.THREADS),
                p.gradients(),
                p.weights(),
                p.firsts(),
                p.seconds(),
                p.working(),
                chunks,
                control.orders(),
                control.decision(),
                updatePartials,
                weightPartials);
    }

    void roundWeights(long weights, long working, long elements) {
        kernels.launch(
                "round_weights", Grid.of(blocks.forElements(elements), Blocks.THREADS), weights, working, elements);
    }
}
