package observatory.trainer.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;

/**
 * Loads JCuda's native library from a folder that belongs to this process alone. Left to itself JCuda unpacks it under
 * a fixed name in the shared temporary folder and loads what it finds there, whoever put it there, even half of it.
 */
final class Natives {
    private static final String TEMPORARY = "java.io.tmpdir";
    private static boolean loaded;

    private Natives() {}

    /** Loads once; to be called where {@link CudaProbe} found a usable device. */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        String shared = System.getProperty(TEMPORARY);
        try {
            Path own = Files.createTempDirectory("observatory-cuda");
            System.setProperty(TEMPORARY, own.toString());
            try {
                JCudaDriver.setExceptionsEnabled(false);
            } finally {
                System.setProperty(TEMPORARY, shared);
                delete(own);
            }
            loaded = true;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot unpack the CUDA binding into " + shared
                            + "; set java.io.tmpdir to a folder with 10 MB free",
                    e);
        }
    }

    /** A library that is loaded stays, whatever becomes of its file. */
    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
