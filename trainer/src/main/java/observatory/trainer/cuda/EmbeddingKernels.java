package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/** Tokens and positions to vectors, and the gradients of both, in the words of embedding.cu. */
final class EmbeddingKernels {
    private final Kernels kernels;
    private final Blocks blocks;

    EmbeddingKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    void forward(long tokens, long tokenVectors, long positionVectors, long x, Rows rows, int context, long partials) {
        kernels.launch(
                Kernels.measured("embed", partials),
                Grid.of(blocks.forElements(rows.elements()), Blocks.THREADS),
                tokens,
                tokenVectors,
                positionVectors,
                x,
                rows.count(),
                rows.columns(),
                context,
                partials);
    }

    /** Rows of one token brought together by the host: see embedding.cu. */
    record SortedTokens(long rows, long parts, long count, int most) {}

    void backward(long d, SortedTokens sorted, long sums, long tokenGradient, int columns) {
        kernels.launch(
                "embed_backward_parts",
                Grid.of(sorted.most(), 128),
                d,
                sorted.rows(),
                sorted.parts(),
                sorted.count(),
                sums,
                columns);
        kernels.launch(
                "embed_backward_tokens",
                Grid.of(sorted.most(), 128),
                sums,
                sorted.parts(),
                sorted.count(),
                tokenGradient,
                columns);
    }

    void positionsBackward(long d, long gradient, int batch, int columns, int context) {
        int blocks = (int) Blocks.ceil((long) context * columns, Blocks.THREADS);
        kernels.launch(
                "embed_backward_positions", Grid.of(blocks, Blocks.THREADS), d, gradient, batch, columns, context);
    }
}
