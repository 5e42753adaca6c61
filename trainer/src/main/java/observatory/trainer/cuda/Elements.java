package observatory.trainer.cuda;

import observatory.trainer.Precision;

/** The format of a run's tensors, as the kernels name it. */
record Elements(String name, int bytes) {
    static Elements of(Precision precision) {
        return switch (precision) {
            case FP32 -> new Elements("f32", 4);
            case BF16 -> new Elements("bf16", 2);
            case FP16 -> new Elements("f16", 2);
        };
    }
}
