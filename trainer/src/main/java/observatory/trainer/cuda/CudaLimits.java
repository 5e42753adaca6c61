package observatory.trainer.cuda;

import java.util.Optional;
import observatory.trainer.ModelSpec;
import observatory.trainer.TrainingSpec;

/** What the CPU can train and CUDA cannot. */
public final class CudaLimits {
    private static final int MOST_HEAD_WIDTH = 256;
    /** Blocks of a launch in its second dimension, which attention has for each head of a sequence, and products for rows. */
    private static final int MOST_BLOCKS = 65_535;

    private CudaLimits() {}

    /** What of it is asked for, in one line; empty where CUDA can train this. */
    public static Optional<String> missing(ModelSpec spec, TrainingSpec training) {
        if (training.batching().ranks() > 1) {
            return missing("ranks", training.batching().ranks(), "1");
        }
        if (spec.headWidth() > MOST_HEAD_WIDTH) {
            return missing("head width", spec.headWidth(), "at most " + MOST_HEAD_WIDTH);
        }
        int sequences = Math.min(training.batching().micro(), training.batch());
        int most = mostSequences(spec);
        return sequences > most
                ? Optional.of("a pass on CUDA has at most " + most + " sequences of this model: " + sequences
                        + "; --micro-batch " + most + " takes a batch in several")
                : Optional.empty();
    }

    /** Most sequences of a pass that launches can have, whatever the memory. */
    static int mostSequences(ModelSpec spec) {
        long rows = (long) MOST_BLOCKS * OwnGemm.PLAIN_SIDE;
        return (int) Math.min(MOST_BLOCKS / spec.heads(), rows / spec.context());
    }

    private static Optional<String> missing(String what, int asked, String instead) {
        return Optional.of("there are no CUDA kernels for this " + what + ": " + asked + "; there are for " + instead
                + ", and --backend cpu trains the rest");
    }
}
