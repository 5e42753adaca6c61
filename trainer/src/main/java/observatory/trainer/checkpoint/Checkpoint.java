package observatory.trainer.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import observatory.trainer.Corpus;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;
import observatory.trainer.Pieces;
import observatory.trainer.Recipe;
import observatory.trainer.TrainerState;
import observatory.trainer.TrainingSpec;

/**
 * A run between two steps, in a folder: {@code model.safetensors}, {@code optimizer.safetensors} and
 * {@code state.json}. A run that goes on from it has the same bits as one that never stopped. Whatever of it is damaged
 * or belongs to another model is refused by name.
 */
public final class Checkpoint {
    static final String STATE = "state.json";
    /** What lies in which file. */
    static final Map<String, List<Part>> FILES = files();

    private final Path folder;
    private final CheckpointState content;

    private Checkpoint(Path folder, CheckpointState content) {
        this.folder = folder;
        this.content = content;
    }

    /**
     * Writes all of it beside its place, forces it to the disk, and only then moves it there; one that is there is
     * replaced, and stays where that cannot be done.
     */
    public static void write(Path folder, Recipe recipe, TrainerState trainer, ModelState model) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path unfinished = Folders.unfinished(parent);
        try {
            Map<String, String> checksums = new TreeMap<>();
            for (Map.Entry<String, List<Part>> file : FILES.entrySet()) {
                writeTensors(unfinished.resolve(file.getKey()), model, file.getValue(), checksums);
            }
            CheckpointState content = new CheckpointState(
                    CheckpointState.FORMAT,
                    recipe.model(),
                    recipe.training(),
                    trainer,
                    sources(recipe.corpus()),
                    checksums);
            Files.write(unfinished.resolve(STATE), StateJson.write(content));
            force(unfinished.resolve(STATE));
            force(unfinished);
            Folders.replace(folder, unfinished);
            force(parent);
        } finally {
            Folders.delete(unfinished);
        }
    }

    /** Reads what a checkpoint says of itself; its tensors are read by {@link #into}. */
    public static Checkpoint open(Path folder) throws IOException {
        Path state = folder.resolve(STATE);
        if (!Files.isRegularFile(state)) {
            throw new CheckpointException("no checkpoint at " + folder + ": it has no " + STATE
                    + "; name a folder step-N, or the one of the run that holds them");
        }
        return new Checkpoint(folder, StateJson.read(state, CheckpointState.FORMAT, CheckpointState.class));
    }

    public ModelSpec model() {
        return content.model();
    }

    public TrainingSpec training() {
        return content.training();
    }

    public TrainerState state() {
        return content.trainer();
    }

    /** Refuses another model, and another corpus: there the same numbers would name other samples. */
    public void check(Recipe recipe) {
        if (!content.model().equals(recipe.model())) {
            throw new CheckpointException("the checkpoint " + folder + " is of another model: "
                    + String.join(", ", content.model().differences(recipe.model()))
                    + "; go on with the model it was made of, or without it");
        }
        Map<String, Long> given = sources(recipe.corpus());
        if (!given.equals(content.sources())) {
            throw new CheckpointException("the checkpoint " + folder + " was trained on another corpus: tokens="
                    + content.sources() + ", given=" + given);
        }
    }

    private static Map<String, List<Part>> files() {
        Map<String, List<Part>> files = new LinkedHashMap<>();
        files.put("model.safetensors", List.of(Part.WEIGHT));
        files.put("optimizer.safetensors", List.of(Part.FIRST_MOMENT, Part.SECOND_MOMENT));
        return Collections.unmodifiableMap(files);
    }

    private static Map<String, Long> sources(Corpus corpus) {
        Map<String, Long> sources = new TreeMap<>();
        corpus.sources()
                .forEach(source -> sources.put(source.name(), source.tokens().size()));
        return sources;
    }

    /** Refuses damaged or missing tensors by name, without a model: before anything of a run begins. */
    public void checkTensors() throws IOException {
        TreeSet<String> missing = new TreeSet<>(content.checksums().keySet());
        for (String file : FILES.keySet()) {
            missing.removeAll(Loading.check(folder, file, content.checksums()));
        }
        if (!missing.isEmpty()) {
            throw CheckpointException.damaged("the checkpoint " + folder + " lacks the tensor " + missing.first());
        }
    }

    /** Puts weights and moments into a model of the same shape, once the checksums of all have agreed. */
    public void into(ModelState model) throws IOException {
        new Loading(folder, content.checksums(), model).load();
    }

    /** The name of a tensor in its file. */
    static String name(Entry entry) {
        return switch (entry.part()) {
            case WEIGHT -> entry.name() + (entry.matrix() ? ".weight" : "");
            case FIRST_MOMENT -> entry.name() + ".first_moment";
            case SECOND_MOMENT -> entry.name() + ".second_moment";
        };
    }

    static List<Long> shape(Entry entry) {
        return entry.matrix() ? List.of((long) entry.rows(), (long) entry.columns()) : List.of((long) entry.columns());
    }

    static String checksum(MemorySegment tensor) {
        CRC32C sum = new CRC32C();
        Pieces.of(tensor).forEach(sum::update);
        return Long.toHexString(sum.getValue());
    }

    private static void writeTensors(Path file, ModelState model, List<Part> parts, Map<String, String> checksums)
            throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (Entry entry : model.entries()) {
            if (parts.contains(entry.part())) {
                entries.put(name(entry), entry);
                shapes.put(name(entry), shape(entry));
            }
        }
        Safetensors.write(file, shapes, (name, memory) -> {
            model.read(entries.get(name), memory);
            checksums.put(name, checksum(memory));
        });
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
