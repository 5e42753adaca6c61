package observatory.trainer.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import observatory.trainer.ModelState;
import observatory.trainer.ModelState.Entry;
import observatory.trainer.ModelState.Part;
import observatory.trainer.checkpoint.Safetensors.Place;

/** Puts the files of a checkpoint into a model: everything is checked before anything is written. */
record Loading(Path folder, Map<String, String> checksums, ModelState model) {

    void load() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Map<Entry, MemorySegment> found = new LinkedHashMap<>();
            for (Map.Entry<String, List<Part>> file : Checkpoint.FILES.entrySet()) {
                found.putAll(tensors(there(folder, file.getKey()), file.getValue(), arena));
            }
            found.forEach(model::write);
        }
    }

    private Map<Entry, MemorySegment> tensors(Path path, List<Part> parts, Arena arena) throws IOException {
        MemorySegment all = Safetensors.map(path, arena);
        Map<String, Place> places = Safetensors.places(path, all);
        Map<Entry, MemorySegment> found = new LinkedHashMap<>();
        for (Entry entry : model.entries()) {
            if (parts.contains(entry.part())) {
                found.put(entry, checked(path, all, places.remove(Checkpoint.name(entry)), entry));
            }
        }
        if (!places.isEmpty()) {
            throw new CheckpointException(path + " is of another model: it has a tensor that this one lacks, "
                    + places.keySet().iterator().next());
        }
        return found;
    }

    private MemorySegment checked(Path path, MemorySegment all, Place place, Entry entry) {
        String name = Checkpoint.name(entry);
        if (place == null) {
            throw new CheckpointException(path + " is of another model: it lacks the tensor " + name
                    + ", expected shape=" + Checkpoint.shape(entry));
        }
        if (!place.shape().equals(Checkpoint.shape(entry))) {
            throw new CheckpointException(path + " is of another model: tensor " + name + " has shape " + place.shape()
                    + ", expected " + Checkpoint.shape(entry));
        }
        return whole(path, all, place, checksums.get(name));
    }

    /** The data of a tensor whose checksum agrees. */
    private static MemorySegment whole(Path path, MemorySegment all, Place place, String expected) {
        MemorySegment data = all.asSlice(place.at(), place.bytes());
        String found = Checkpoint.checksum(data);
        if (!found.equals(expected)) {
            throw CheckpointException.damaged(path + " is damaged: tensor " + place.name() + " of shape "
                    + place.shape() + " has checksum " + found + ", expected " + expected);
        }
        return data;
    }

    /** Checks all tensors of a file without a model to put them into; their names. */
    static Set<String> check(Path folder, String file, Map<String, String> checksums) throws IOException {
        Path path = there(folder, file);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = Safetensors.map(path, arena);
            Map<String, Place> places = Safetensors.places(path, all);
            places.forEach((name, place) -> {
                if (!checksums.containsKey(name)) {
                    throw CheckpointException.damaged(path + " is of another checkpoint, which has a tensor " + name
                            + " of shape " + place.shape() + "; " + Checkpoint.STATE + " names none");
                }
                whole(path, all, place, checksums.get(name));
            });
            return places.keySet();
        }
    }

    private static Path there(Path folder, String file) {
        Path path = folder.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw CheckpointException.damaged("the checkpoint " + folder + " lacks its " + file);
        }
        return path;
    }
}
