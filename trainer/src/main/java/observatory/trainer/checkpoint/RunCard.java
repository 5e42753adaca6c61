package observatory.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import observatory.trainer.CorpusPrint;
import observatory.trainer.ModelSpec;
import observatory.trainer.Recipe;
import observatory.trainer.TrainerBuild;
import observatory.trainer.TrainingSpec;

/**
 * All one has to know to run the same program again, beside the checkpoints of the run: {@code run.json}.
 *
 * @param fault what is broken on purpose, {@code KIND@STEP} or {@code none}
 * @param backend {@code cpu} or {@code cuda}
 * @param data where the corpus and its tokenizer lie
 * @param sources tokens and hash of each source
 * @param build of the trainer
 * @param resumedAfter the step after which it went on from the checkpoint of another run, or of another program; else 0
 */
public record RunCard(
        int format,
        ModelSpec model,
        TrainingSpec training,
        String fault,
        String backend,
        Data data,
        SortedMap<String, String> sources,
        String build,
        long resumedAfter) {
    private static final int FORMAT = 1;
    private static final String FILE = "run.json";

    /** Names of files, each empty where it is not used: no corpus is the bundled one, no vocabulary is bytes. */
    public record Data(String corpus, String vocabulary, String merges) {
        public static final Data BUNDLED = new Data("", "", "");
    }

    public static RunCard of(Recipe recipe, String backend, Data data, long resumedAfter) {
        return new RunCard(
                FORMAT,
                recipe.model(),
                recipe.training(),
                recipe.fault().toString(),
                backend,
                data,
                CorpusPrint.of(recipe.corpus()),
                TrainerBuild.fingerprint(),
                resumedAfter);
    }

    /** Writes it into the folder of a run's checkpoints, whole or not at all. */
    public void write(Path folder) throws IOException {
        Folders.write(folder, FILE, StateJson.write(this));
    }

    /**
     * Writes it where it says something new: the run may go on in a folder that has the card of the same program, which
     * then goes on to the same bits as if it had never stopped.
     */
    public void writeWhereNew(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(FILE)) || !continues(folder)) {
            write(folder);
        }
    }

    private boolean continues(Path folder) throws IOException {
        try {
            RunCard there = read(folder);
            return there.equals(
                    new RunCard(format, model, training, fault, backend, data, sources, build, there.resumedAfter));
        } catch (CheckpointException e) {
            return false; // It cannot be read, and this one can.
        }
    }

    /** @throws CheckpointException where there is none, or it is none that can be read */
    public static RunCard read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("no run.json in " + folder + ": what the run was cannot be told");
        }
        return StateJson.read(file, FORMAT, RunCard.class);
    }

    /** Refuses another corpus than the run's, naming what differs and what would be needed. */
    public void checkCorpus(Recipe recipe) {
        SortedMap<String, String> given = CorpusPrint.of(recipe.corpus());
        if (!given.equals(sources)) {
            String source = sources.keySet().stream()
                    .filter(name -> !sources.get(name).equals(given.get(name)))
                    .findFirst()
                    .orElseGet(() -> given.keySet().stream()
                            .filter(name -> !sources.containsKey(name))
                            .findFirst()
                            .orElseThrow());
            throw new CheckpointException("the corpus has changed since the run: source " + source + " was "
                    + sources.getOrDefault(source, "not there") + " (tokens:hash) and is "
                    + given.getOrDefault(source, "not there") + "; put back the files it was trained on"
                    + (data.corpus().isEmpty() ? ", which came with the program of that time" : ": " + data.corpus()));
        }
    }

    /** Refuses another build of the trainer than the run's. */
    public void checkBuild() {
        if (!TrainerBuild.fingerprint().equals(build)) {
            throw new CheckpointException(
                    "the run was trained by another build of the trainer: build=" + build
                            + ", this one is " + TrainerBuild.fingerprint()
                            + "; replay with the program that trained it, or say --other-build and let the reproduction decide");
        }
    }
}
