package observatory.trainer.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which incarnation of a run was the last to begin, kept beside its checkpoints: a run that goes on in another process,
 * or goes back to an earlier step, begins the next one, so that nobody takes what it tells for what was told before.
 */
public final class Incarnations {
    private static final String FILE = "incarnation";

    private Incarnations() {}

    /** The one to begin in the folder of a run's checkpoints: 0 for a new run. */
    public static int next(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            // One that trained before this was written down has checkpoints of its incarnation 0.
            return new CheckpointRing(folder, 1).all().isEmpty() ? 0 : 1;
        }
        String text = Files.readString(file).strip();
        try {
            return Math.addExact(Integer.parseInt(text), 1);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new CheckpointException(
                    file + " should hold a number: '" + text
                            + "'; write there the last incarnation that `observatory runs` lists of the run",
                    e);
        }
    }

    /** Notes one that begins now. */
    public static void note(Path folder, int incarnation) throws IOException {
        Folders.write(folder, FILE, (incarnation + "\n").getBytes(StandardCharsets.US_ASCII));
    }
}
