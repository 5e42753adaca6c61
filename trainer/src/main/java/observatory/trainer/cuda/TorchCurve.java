package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;
import observatory.trainer.Adam;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.ModelState.Part;
import observatory.trainer.Recipe;
import observatory.trainer.TimedProcess;
import observatory.trainer.TokenBatch;

/**
 * The losses that PyTorch comes to from the same weights on the same tokens, by torch_curve.py in a Python that has it.
 */
final class TorchCurve {
    private static final String SCRIPT = "torch_curve.py";
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final String python;

    /** @param python an interpreter by name or path */
    TorchCurve(String python) {
        this.python = python;
    }

    /** Why there is nothing to compare with; empty where this Python has PyTorch. */
    Optional<String> missing() {
        try {
            Path said = Files.createTempFile("torch", ".txt");
            try {
                boolean there = ran(List.of(python, "-c", "import torch"), said, said) == 0;
                return there ? Optional.empty() : Optional.of(python + " has no PyTorch");
            } finally {
                Files.delete(said);
            }
        } catch (IOException e) {
            return Optional.of("no " + python + " here");
        }
    }

    /** Losses of the batches, one a step, from the state as it is now. */
    double[] losses(ModelSpec spec, BenchRuns.Constants constants, ModelState state, List<TokenBatch> batches) {
        try {
            Path folder = Files.createTempDirectory("torch-curve");
            try (InputStream script = Recipe.class.getResourceAsStream(SCRIPT)) {
                Files.copy(script, folder.resolve(SCRIPT));
                write(folder, spec, constants, state, batches);
                Path losses = folder.resolve("losses.txt");
                Path errors = folder.resolve("errors.txt");
                int status = ran(List.of(python, folder.resolve(SCRIPT).toString(), folder.toString()), losses, errors);
                if (status != 0) {
                    throw new IllegalStateException("torch_curve.py ended with status " + status + ": "
                            + Files.readString(errors).strip().replace('\n', ' '));
                }
                return Files.readAllLines(losses).stream()
                        .mapToDouble(Double::parseDouble)
                        .toArray();
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the case cannot be handed to " + python, e);
        }
    }

    private static void write(
            Path folder, ModelSpec spec, BenchRuns.Constants constants, ModelState state, List<TokenBatch> batches)
            throws IOException {
        Adam adam = constants.adam();
        StringJoiner shape = new StringJoiner(" ");
        Stream.of(
                        spec.layers(),
                        spec.heads(),
                        spec.width(),
                        spec.context(),
                        spec.vocabulary(),
                        batches.getFirst().size(),
                        batches.size(),
                        constants.rate(),
                        adam.beta1(),
                        adam.beta2(),
                        adam.epsilon(),
                        adam.weightDecay(),
                        constants.clip())
                .forEach(number -> shape.add(number.toString()));
        Files.writeString(folder.resolve("shape.txt"), shape.toString());
        StringBuilder names = new StringBuilder();
        try (OutputStream weights = Files.newOutputStream(folder.resolve("weights.bin"));
                Arena arena = Arena.ofConfined()) {
            for (ModelState.Entry entry : state.entries()) {
                if (entry.part() == Part.WEIGHT) {
                    MemorySegment values = arena.allocate(entry.bytes(), Long.BYTES);
                    state.read(entry, values);
                    weights.write(values.toArray(JAVA_BYTE));
                    names.append("%s %d %d%n".formatted(entry.name(), entry.rows(), entry.columns()));
                }
            }
        }
        Files.writeString(folder.resolve("names.txt"), names, StandardCharsets.UTF_8);
        try (OutputStream tokens = Files.newOutputStream(folder.resolve("tokens.bin"))) {
            for (TokenBatch batch : batches) {
                tokens.write(bytes(batch.inputs()));
                tokens.write(bytes(batch.targets()));
            }
        }
    }

    private static byte[] bytes(int[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(values);
        return buffer.array();
    }

    private static int ran(List<String> command, Path out, Path errors) throws IOException {
        ProcessBuilder program =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
        try {
            return TimedProcess.run(program, PATIENCE)
                    .orElseThrow(() -> new IOException(
                            command.getFirst() + " did not end in " + PATIENCE.toMinutes() + " minutes"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
