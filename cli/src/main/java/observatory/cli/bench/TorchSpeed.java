package observatory.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.kernel.blas.Blas;
import observatory.stream.wire.Json;
import observatory.trainer.ModelSpec;
import observatory.trainer.Recipe;
import observatory.trainer.TimedProcess;
import observatory.trainer.cpu.TrainerBench.Shape;

/** PyTorch's speed at the same shape and with the same OpenBLAS, by a script in a Python that has it. */
final class TorchSpeed {
    private static final String SCRIPT = "torch_speed.py";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private TorchSpeed() {}

    static JsonNode measure(String python, Shape shape, int threads, int steps) {
        ModelSpec model = shape.model();
        try (InputStream resource = Recipe.class.getResourceAsStream(SCRIPT)) {
            Path script = Files.createTempFile("torch_speed", ".py");
            Path answer = Files.createTempFile("torch_speed", ".json");
            try {
                Files.copy(resource, script, StandardCopyOption.REPLACE_EXISTING);
                List<String> command = Stream.concat(
                                Stream.of(python, script.toString()),
                                Stream.of(
                                                model.layers(),
                                                model.heads(),
                                                model.width(),
                                                model.context(),
                                                model.vocabulary(),
                                                shape.sequences(),
                                                model.tied() ? 1 : 0,
                                                threads,
                                                steps)
                                        .map(String::valueOf))
                        .toList();
                run(command, threads, answer);
                return Json.mapper().readTree(answer.toFile());
            } finally {
                Files.delete(script);
                Files.delete(answer);
            }
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.USAGE, "cannot run " + python + ": " + e.getMessage() + "; give a Python with PyTorch", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.INTERRUPTED, "interrupted", e);
        }
    }

    private static void run(List<String> command, int threads, Path answer) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(answer.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // Debian's PyTorch takes whatever BLAS is there, which may be the unoptimised one: it gets ours.
        builder.environment().put("LD_PRELOAD", Blas.library().toString());
        builder.environment().put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
        int status = TimedProcess.run(builder, PATIENCE)
                .orElseThrow(() -> Failure.usage(command.getFirst() + " did not end in " + PATIENCE.toMinutes()
                        + " minutes; measure fewer steps, or leave --python out"));
        if (status != 0) {
            throw Failure.usage("PyTorch could not be measured with " + command.getFirst()
                    + "; give a Python with PyTorch, as Debian's python3-torch is, or leave --python out");
        }
    }
}
