package observatory.probe.efficiency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against NVIDIA's published example, 1792 squared on an A100, and figures worked out by hand. */
class TileWaveTest {
    @ParameterizedTest
    @CsvSource({
        "1792, 1792, 98, 1.0, .907, .742",
        "1793, 1792, 112, .875, .519, .848",
        "2304, 1536, 108, 1.0, 1.0, .818",
        "2305, 1536, 120, .900, .556, .909",
        "2048, 3584, 224, 1.0, .691, .848",
        "8192, 10752, 2688, 1.0, .996, .970"
    })
    void tilesAndWavesOfASquare(long rows, long columns, long tiles, double tile, double onA100, double onH100) {
        Gemm gemm = new Gemm("example", rows, columns, 64, 1);
        assertEquals(tiles, TileWave.of(gemm, Gpu.A100).tiles());
        assertEquals(tile, TileWave.of(gemm, Gpu.A100).tileEfficiency(), 5e-4);
        assertEquals(onA100, TileWave.of(gemm, Gpu.A100).waveEfficiency(), 5e-4);
        assertEquals(onH100, TileWave.of(gemm, Gpu.H100).waveEfficiency(), 6e-4);
    }

    @Test
    void aModelIsAsEfficientAsTheTimeItsProductsTake() {
        Gemm good = new Gemm("good", 2304, 1536, 100, 2);
        Gemm bad = new Gemm("bad", 2305, 1536, 100, 1);
        double half = TileWave.of(bad, Gpu.A100).efficiency();
        double expected = (good.flops() + bad.flops()) / (good.flops() + bad.flops() / half);
        assertEquals(expected, TileWave.efficiency(List.of(good, bad), Gpu.A100), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> new Gemm("none", 0, 1, 1, 1));
    }
}
