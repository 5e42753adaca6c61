package observatory.cli.attach;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.probe.Pack;

/** The one file that watches a PyTorch run, and how it is used: nothing can be attached to Python from outside. */
final class PythonWatch {
    static final String FILE = "observatory_torch.py";

    private PythonWatch() {}

    /** Whether a process of this machine is a Python interpreter, as far as its program's name tells. */
    static boolean is(long pid) {
        Optional<String> command =
                ProcessHandle.of(pid).flatMap(process -> process.info().command());
        return command.map(path -> Path.of(path).getFileName().toString().toLowerCase(Locale.ROOT))
                .filter(name -> name.startsWith("python") || name.startsWith("pypy"))
                .isPresent();
    }

    /** What to add to a training script. */
    static List<String> lines(Pack pack) {
        String asked = pack == Pack.CONTINUOUS ? "" : ", probes=\"" + pack.label() + "\"";
        return List.of(
                "import observatory_torch",
                "watch = observatory_torch.watch(model, optimizer" + asked + ")  # once, before the loop",
                "watch.step(loss=loss)  # once a step, after optimizer.step()");
    }

    /**
     * Puts the file into a folder, or under the name given; what is there already and differs is left alone.
     *
     * @return where it is now
     */
    static Path copy(Path to) {
        Path file = Files.isDirectory(to) ? to.resolve(FILE) : to;
        if (!Files.exists(file) && !file.getFileName().toString().endsWith(".py")) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "there is no folder " + to + "; name that of the training script, or a file that ends in .py");
        }
        try (InputStream ours = PythonWatch.class.getResourceAsStream("/observatory/probe/" + FILE)) {
            byte[] bytes = ours.readAllBytes();
            if (!Files.exists(file)) {
                Files.write(file, bytes);
            } else if (!Arrays.equals(bytes, Files.readAllBytes(file))) {
                throw new Failure(
                        ExitCode.CONFIGURATION,
                        file
                                + " is there already and differs, another version perhaps; remove it, or name another place");
            }
            return file;
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.CONFIGURATION,
                    "cannot write " + file + ": " + e.getMessage()
                            + "; name a folder that is there, such as that of the" + " training script",
                    e);
        }
    }
}
