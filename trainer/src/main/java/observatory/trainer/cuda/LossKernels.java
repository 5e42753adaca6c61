package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/** Softmax and cross-entropy with their gradient, in the words of cross_entropy.cu. */
final class LossKernels {
    private static final int CROSS_ENTROPY_THREADS = 512;

    private final Kernels kernels;
    private final Blocks blocks;

    LossKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    /** Targets of the loss, and each row's share in the step's mean and in its sequence's. */
    record Targets(long tokens, long stepShares, long sequenceShares) {}

    /** The loss of each row, and the logarithm of its softmax denominator: float. */
    record Losses(long values, long logs) {}

    void crossEntropy(
            long logits,
            Targets targets,
            Losses losses,
            Rows rows,
            long orders,
            long logitPartials,
            long gradPartials) {
        kernels.launch(
                Kernels.measured("cross_entropy", logitPartials | gradPartials),
                Grid.of(blocks.forLoss(rows.count()), CROSS_ENTROPY_THREADS),
                logits,
                targets.tokens(),
                targets.stepShares(),
                losses.values(),
                losses.logs(),
                rows.count(),
                rows.columns(),
                orders,
                logitPartials,
                gradPartials);
    }

    void sequenceLosses(long losses, Targets targets, long means, int sequences, int context) {
        kernels.launch("sequence_losses", Grid.of(sequences, 128), losses, targets.sequenceShares(), means, context);
    }
}
