package observatory.analysis.spectrum.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The weights of a checkpoint: a safetensors file, a folder of such shards (less the state of an optimiser), a NumPy array or archive, or an ONNX model,
 * told apart by their first bytes. Weights are read where they lie and only while this is open.
 *
 * <p>Throws {@link WeightFileException}, and nothing else, for whatever is wrong with a file.
 */
public final class WeightFile implements AutoCloseable {
    /** Beside the weights of a checkpoint lie the moments of Adam, in files that begin with this. */
    private static final String OPTIMIZER = "optimizer";

    private final Arena arena = Arena.ofShared();
    private final List<Tensor> tensors = new ArrayList<>();

    private WeightFile() {}

    public static WeightFile open(Path path) {
        WeightFile opened = new WeightFile();
        try {
            for (Path file : parts(path)) {
                opened.tensors.addAll(read(file, opened.arena));
            }
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** The floating-point weights, in the order of the file. */
    public List<Tensor> tensors() {
        return List.copyOf(tensors);
    }

    private static List<Path> parts(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Path> inside = files.sorted().toList();
            List<Path> shards = inside.stream()
                    .filter(file -> file.toString().endsWith(".safetensors"))
                    .filter(file -> !file.getFileName().toString().startsWith(OPTIMIZER))
                    .toList();
            if (shards.isEmpty()) {
                throw new WeightFileException(
                        path, 0, "the folder has no .safetensors files with weights", instead(inside));
            }
            return shards;
        } catch (IOException e) {
            throw new WeightFileException(path, e);
        }
    }

    /** The last folder below that has some: of a run's folder, its newest checkpoint. */
    private static String instead(List<Path> inside) {
        return inside.stream()
                .filter(folder -> Files.exists(folder.resolve("model.safetensors")))
                .reduce((one, next) -> next)
                .map(folder -> "give one of its checkpoints, such as " + folder)
                .orElse("give the file with the weights");
    }

    private static List<Tensor> read(Path file, Arena arena) {
        Bytes bytes = Bytes.map(file, arena);
        if (Npy.recognise(bytes)) {
            String name = file.getFileName().toString().replaceFirst("\\.npy$", "");
            return Npy.read(bytes, name).stream().toList();
        }
        if (Npz.recognise(bytes)) {
            return Npz.read(file, arena);
        }
        if (Safetensors.recognise(bytes) || file.toString().endsWith(".safetensors")) {
            return Safetensors.read(bytes);
        }
        if (Onnx.recognise(bytes)) {
            return Onnx.read(bytes, arena);
        }
        throw new WeightFileException(
                file,
                0,
                "neither safetensors nor NumPy nor ONNX",
                "save the weights as safetensors (safetensors.torch.save_file)");
    }

    @Override
    public void close() {
        arena.close();
    }
}
