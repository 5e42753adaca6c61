package observatory.analysis.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import observatory.analysis.log.Progress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gigabyte of log is read and judged in memory that does not grow with it. */
@Tag("soak")
class LongLogTest {
    private static final long BYTES = 1L << 30;
    private static final long SEED = 1;

    @TempDir
    Path folder;

    @Test
    void aGigabyteFitsIntoAGigabyteOfHeap() throws IOException {
        Path log = folder.resolve("long.log");
        long steps = write(log);
        long began = System.nanoTime();
        PostMortem result = PostMortem.of(log, Optional.empty(), Progress.NONE);
        double seconds = (System.nanoTime() - began) / 1e9;
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage)
                .filter(Objects::nonNull)
                .mapToLong(MemoryUsage::getUsed)
                .sum();
        System.out.printf("%,d steps, %,d bytes: %.1f s, %,d bytes alive%n", steps, BYTES, seconds, peak);
        assertEquals(steps, result.steps().count());
        assertTrue(peak < 256L << 20, "alive after the last collection: " + peak);
        assertTrue(HtmlReport.of(result).length() < 2_000_000, "and the page stays small");
    }

    private static long write(Path log) throws IOException {
        Random random = new Random(SEED);
        long step = 0;
        try (BufferedWriter out = Files.newBufferedWriter(log)) {
            for (long written = 0; written < BYTES; ) {
                step++;
                double loss = 2 + 8 * Math.exp(-step / 3e5) + 0.03 * random.nextGaussian();
                String line =
                        (" iteration %8d/ 9000000 | consumed samples: %12d | elapsed time per iteration (ms): 7624.3 |"
                                        + " learning rate: 6.676000E-06 | global batch size:    64 | lm loss: %.6E | loss scale: 1.0 |"
                                        + " grad norm: %.3f | number of skipped iterations:   0 | number of nan iterations:   0 |%n")
                                .formatted(step, step * 64, loss, 0.3 + 0.05 * random.nextDouble());
                out.write(line);
                written += line.length();
            }
        }
        return step;
    }
}
