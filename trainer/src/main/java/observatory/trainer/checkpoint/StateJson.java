package observatory.trainer.checkpoint;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import observatory.trainer.LossScaler;

/** The records that a run keeps on disk as JSON, each with the number of its format; none is read with a part missing. */
final class StateJson {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .addMixIn(LossScaler.class, Kinds.class)
            .build();

    private StateJson() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(name = "unscaled", value = LossScaler.Unscaled.class),
        @JsonSubTypes.Type(name = "static", value = LossScaler.Static.class),
        @JsonSubTypes.Type(name = "torch", value = LossScaler.Torch.class),
        @JsonSubTypes.Type(name = "megatron", value = LossScaler.Megatron.class),
        @JsonSubTypes.Type(name = "deepspeed", value = LossScaler.DeepSpeed.class),
        @JsonSubTypes.Type(name = "opt", value = LossScaler.Opt.class)
    })
    private interface Kinds {}

    static byte[] write(Record state) throws JsonProcessingException {
        return JSON.writeValueAsBytes(state);
    }

    /** @throws CheckpointException where the file is of another format, or damaged */
    static <T extends Record> T read(Path file, int format, Class<T> type) throws IOException {
        byte[] json = Files.readAllBytes(file);
        try {
            JsonNode tree = JSON.readTree(json);
            JsonNode found = tree.path("format");
            if (!found.isInt()) {
                throw CheckpointException.damaged(file + " is damaged: it lacks format");
            }
            if (found.asInt() != format) {
                throw new CheckpointException(file + " is of another format: format=" + found + ", readable is "
                        + format + "; read it with the program that wrote it");
            }
            for (RecordComponent part : type.getRecordComponents()) {
                if (!tree.hasNonNull(part.getName())) {
                    throw CheckpointException.damaged(file + " is damaged: it lacks " + part.getName());
                }
            }
            return JSON.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            String why = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
            throw CheckpointException.damaged(file + " is damaged: " + why.replaceFirst(" \\(start marker.*", ""), e);
        }
    }
}
