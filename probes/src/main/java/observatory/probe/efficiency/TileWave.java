package observatory.probe.efficiency;

import java.util.List;

/**
 * What is lost because a GPU computes whole tiles in whole waves (NVIDIA, "Matrix Multiplication Background"): a
 * product of M by N needs ⌈M/256⌉·⌈N/128⌉ tiles, of which the parts beyond the edge are wasted, and as many waves as
 * tiles over multiprocessors, of which the last may be nearly empty. Libraries may choose other tiles; 256 by 128 is
 * the fastest one and the default here.
 *
 * @param tileEfficiency elements wanted over elements computed
 * @param waveEfficiency tiles over places for tiles in all waves
 */
public record TileWave(long tiles, double tileEfficiency, double waveEfficiency) {
    static final int TILE_ROWS = 256;
    static final int TILE_COLUMNS = 128;

    public static TileWave of(Gemm gemm, Gpu gpu) {
        long tiles = ceil(gemm.rows(), TILE_ROWS) * ceil(gemm.columns(), TILE_COLUMNS);
        double waves = (double) tiles / gpu.multiprocessors();
        return new TileWave(
                tiles,
                (double) gemm.rows() * gemm.columns() / (tiles * (double) TILE_ROWS * TILE_COLUMNS),
                waves / Math.ceil(waves));
    }

    public double efficiency() {
        return tileEfficiency * waveEfficiency;
    }

    /** Of a whole model: operations over the time they take, where each product runs at its own efficiency. */
    public static double efficiency(List<Gemm> gemms, Gpu gpu) {
        double flops = 0;
        double time = 0;
        for (Gemm gemm : gemms) {
            flops += gemm.flops();
            time += gemm.flops() / of(gemm, gpu).efficiency();
        }
        return flops / time;
    }

    private static long ceil(long size, int tile) {
        return (size + tile - 1) / tile;
    }
}
