package observatory.trainer.cuda;

import observatory.trainer.cuda.Kernels.Grid;

/** What happens to queries and keys before attention: rotation by their place, and a norm of each head; heads.cu. */
final class HeadKernels {
    private final Kernels kernels;
    private final Blocks blocks;

    HeadKernels(Kernels kernels, Blocks blocks) {
        this.kernels = kernels;
        this.blocks = blocks;
    }

    /** Cosines and sines of the angles of all places, (T, d/2) float each. */
    record Rotation(long cosines, long sines) {}

    /** @param sign 1 forward, -1 for gradients */
    void rotate(long qkv, Rotation rotation, Heads heads, float sign) {
        int rows = heads.batch() * heads.context();
        kernels.launch(
                "rotate",
                Grid.of(blocks.forElements((long) rows * heads.width()), Blocks.THREADS),
                qkv,
                rotation.cosines(),
                rotation.sines(),
                rows,
                heads.context(),
                heads.width(),
                heads.size(),
                sign);
    }

    /** Gains of queries and of keys, in the format of the run. */
    record Gains(long queries, long keys) {}

    void norm(long qkv, long raw, Gains gains, Heads heads) {
        int rows = heads.batch() * heads.context();
        kernels.launch(
                "head_norm",
                Grid.of(blocks.forRows(rows), Blocks.THREADS),
                qkv,
                raw,
                gains.queries(),
                gains.keys(),
                rows,
                heads.width(),
                heads.size());
    }

    /** Parts of the gradients of the gains of heads. */
    int parts(int rows) {
        return Math.min(256, blocks.forRows(rows));
    }

    /**
     * @param room (2, parts, size) float
     * @param gradients of the gains, float
     */
    void normBackward(long d, long raw, Gains gains, Gains gradients, long room, Heads heads) {
        int rows = heads.batch() * heads.context();
        int parts = parts(rows);
        long keyParts = room + (long) parts * heads.size() * Float.BYTES;
        kernels.launch(
                "head_norm_backward",
                Grid.of(parts, Blocks.THREADS),
                d,
                raw,
                gains.queries(),
                gains.keys(),
                room,
                keyParts,
                rows,
                heads.width(),
                heads.size());
        kernels.launch(
                "norm_backward_merge",
                Grid.of((int) Blocks.ceil(heads.size(), 32), Blocks.THREADS),
                room,
                keyParts,
                gradients.queries(),
                gradients.keys(),
                parts,
                heads.size());
    }
}
