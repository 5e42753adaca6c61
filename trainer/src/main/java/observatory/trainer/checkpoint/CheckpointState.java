package observatory.trainer.checkpoint;

import java.util.Map;
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
}
