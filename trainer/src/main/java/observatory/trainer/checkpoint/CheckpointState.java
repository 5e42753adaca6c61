package observatory.trainer.checkpoint;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;
import observatory.trainer.LossScaler;
import observatory.trainer.ModelSpec;
import observatory.trainer.TrainerState;
import observatory.trainer.TrainingSpec;

/**
 * What a checkpoint says beside its tensors, as JSON.
 *
 * @param format of the whole checkpoint; another number is another format
 * @param sources tokens of each source of the corpus
 * @param checksums CRC-32C of each tensor, in hex, by its name in its file
 */
record CheckpointState(
        int format,
        ModelSpec model,
        TrainingSpec training,
        TrainerState trainer,
        Map<String, Long> sources,
        Map<String, String> checksums) {
    static final int FORMAT = 1;

    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .addMixIn(LossScaler.class, Kinds.class)
            .build();

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

    byte[] json() throws JsonProcessingException {
        return JSON.writeValueAsBytes(this);
    }

    static CheckpointState read(String file, byte[] json) {
        try {
            int format = JSON.readTree(json).path("format").asInt(-1);
            if (format != FORMAT) {
                throw new CheckpointException(
                        file + " is of another format: format=" + format + ", readable is " + FORMAT);
            }
            return JSON.readValue(json, CheckpointState.class);
        } catch (IOException e) {
            throw new CheckpointException(
                    file + " is no checkpoint state: "
                            + e.getMessage().lines().findFirst().orElse("unreadable"),
                    e);
        }
    }
}
