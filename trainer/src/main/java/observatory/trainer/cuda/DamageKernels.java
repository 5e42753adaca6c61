package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/** Planned faults, in the words of damage.cu. */
final class DamageKernels {
    private final Kernels kernels;
    private final Blocks blocks;

    DamageKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    void scaleAll(long x, long elements, float factor) {
        kernels.launch("scale_all", Grid.of(blocks.forElements(elements), Blocks.THREADS), x, elements, factor);
    }

    void setElement(long x, long index, float value) {
        kernels.launch("set_element", Grid.of(1, 32), x, index, value);
    }
}
