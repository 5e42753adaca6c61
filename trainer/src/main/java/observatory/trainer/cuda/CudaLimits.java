package observatory.trainer.cuda;

import java.util.Optional;
import observatory.trainer.ModelSpec;
import observatory.trainer.TrainingSpec;

/** What the CPU can train and CUDA cannot. */
public final class CudaLimits {
    private static final int MOST_HEAD_WIDTH = 256;

    private CudaLimits() {}

    /** What of it is asked for, in one line; empty where CUDA can train this. */
    public static Optional<String> missing(ModelSpec spec, TrainingSpec training) {
        if (training.batching().ranks() > 1) {
            return missing("ranks", training.batching().ranks(), "1");
        }
        return spec.headWidth() > MOST_HEAD_WIDTH
                ? missing("head width", spec.headWidth(), "at most " + MOST_HEAD_WIDTH)
                : Optional.empty();
    }

    private static Optional<String> missing(String what, int asked, String instead) {
        return Optional.of("there are no CUDA kernels for this " + what + ": " + asked + "; there are for " + instead
                + ", and --backend cpu trains the rest");
    }
}
