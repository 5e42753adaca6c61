package observatory.analysis.replay;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import observatory.analysis.Incident;

/** How a framework says what an experiment needs; all else is added to {@link #load}. */
enum ForeignWords {
    MEGATRON,
    HUGGING_FACE,
    BY_HAND;

    /** As many steps are listed one by one. */
    private static final int LISTED = 20;

    static ForeignWords of(String framework) {
        String name = framework.toLowerCase(Locale.ROOT);
        if (name.contains("megatron")) {
            return MEGATRON;
        }
        return name.contains("trainer") ? HUGGING_FACE : BY_HAND;
    }

    String load(long step) {
        return switch (this) {
            case MEGATRON -> "--load CHECKPOINTS --ckpt-step " + step;
            case HUGGING_FACE -> "--resume_from_checkpoint OUTPUT/checkpoint-" + step;
            case BY_HAND -> "resume from the newest checkpoint at or before " + Incident.step(step);
        };
    }

    String skip(long from, long to) {
        return switch (this) {
            case MEGATRON -> " --iterations-to-skip " + listed(from, to);
            case HUGGING_FACE -> ", with the samples of " + Incident.steps(from, to) + " taken out of the data set";
            case BY_HAND -> ", passing over the batches of " + Incident.steps(from, to);
        };
    }

    String deterministic() {
        return switch (this) {
            case MEGATRON -> " --deterministic-mode --rerun-mode validate_results";
            case HUGGING_FACE -> " --full_determinism true";
            case BY_HAND -> ", with torch.use_deterministic_algorithms(True)";
        };
    }

    String rate() {
        return switch (this) {
            case MEGATRON -> " --override-opt_param-scheduler --lr A_TENTH";
            case HUGGING_FACE -> " with the base_lrs of scheduler.pt divided by ten";
            case BY_HAND -> " with the learning rate divided by ten";
        };
    }

    String moments() {
        return switch (this) {
            case MEGATRON -> " --no-load-optim";
            case HUGGING_FACE -> " with optimizer.pt taken out of the checkpoint's folder";
            case BY_HAND -> " without the optimiser's state";
        };
    }

    String precision() {
        return switch (this) {
            case MEGATRON -> " --bf16 instead of --fp16, or neither for fp32";
            case HUGGING_FACE -> " --bf16 true instead of --fp16 true, or neither for fp32";
            case BY_HAND -> " in bf16 instead of fp16, or in fp32";
        };
    }

    private static String listed(long from, long to) {
        String more = to - from >= LISTED ? " …" : "";
        return LongStream.rangeClosed(from, to)
                .limit(LISTED)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(" ", "", more));
    }
}
