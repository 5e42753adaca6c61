package observatory.analysis.spectrum;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import observatory.analysis.spectrum.file.Tensor;
import observatory.analysis.spectrum.file.WeightFile;

/** The spectra of all weights of a checkpoint, in the order of the file, and what was left out and why. */
public record SpectrumReport(
        Path file, List<LayerSpectrum> layers, List<Layer.Choice.Skipped> skipped, List<String> broken) {

    /**
     * @param exactUpTo order of the largest matrix whose eigenvalues are all computed
     * @param threads how many layers are computed at once; the figures do not depend on it
     */
    public record Effort(int exactUpTo, int threads) {}

    /**
     * @param wanted which weights, by name
     * @param done called with the number of layers still to do, from any thread
     */
    public static SpectrumReport of(Path path, Predicate<String> wanted, Effort effort, IntConsumer done) {
        try (WeightFile file = WeightFile.open(path);
                ExecutorService threads = Executors.newFixedThreadPool(effort.threads())) {
            List<Layer.Choice.Skipped> skipped = new ArrayList<>();
            List<Layer> layers = new ArrayList<>();
            for (Tensor tensor : file.tensors()) {
                if (wanted.test(tensor.name())) {
                    switch (Layer.of(tensor)) {
                        case Layer.Choice.Taken(Layer layer) -> layers.add(layer);
                        case Layer.Choice.Skipped one -> skipped.add(one);
                    }
                }
            }
            return measure(path, layers, skipped, effort, threads, done);
        }
    }

    private static SpectrumReport measure(
            Path path,
            List<Layer> layers,
            List<Layer.Choice.Skipped> skipped,
            Effort effort,
            ExecutorService threads,
            IntConsumer done) {
        AtomicInteger left = new AtomicInteger(layers.size());
        List<Future<LayerSpectrum>> running = layers.stream()
                .map(layer -> threads.submit((Callable<LayerSpectrum>) () -> {
                    try {
                        return LayerSpectrum.of(layer, Spectra.of(layer, effort.exactUpTo()));
                    } finally {
                        done.accept(left.decrementAndGet());
                    }
                }))
                .toList();
        List<LayerSpectrum> measured = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        for (Future<LayerSpectrum> one : running) {
            try {
                measured.add(one.get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof Spectra.NotFinite)) {
                    threads.shutdownNow();
                    throw new IllegalStateException(e.getCause());
                }
                broken.add(e.getCause().getMessage());
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        return new SpectrumReport(path, measured, skipped, broken);
    }
}
