package observatory.trainer.cuda;

/** All kernels but the matrix products, a class for each of their sources. Where partials are 0 nothing is measured. */
record Operations(
        Blocks blocks,
        EmbeddingKernels embedding,
        NormKernels norm,
        HeadKernels heads,
        AttentionKernels attention,
        ActivationKernels activation,
        LossKernels loss,
        OptimizerKernels optimizer,
        DamageKernels damage,
        Reductions reductions) {

    static Operations of(Kernels kernels, Blocks blocks) {
        return new Operations(
                blocks,
                new EmbeddingKernels(kernels, blocks),
                new NormKernels(kernels, blocks),
                new HeadKernels(kernels, blocks),
                new AttentionKernels(kernels, blocks.elementBytes() == Short.BYTES),
                new ActivationKernels(kernels, blocks),
                new LossKernels(kernels, blocks),
                new OptimizerKernels(kernels, blocks),
                new DamageKernels(kernels, blocks),
                new Reductions(kernels, blocks));
    }
}
