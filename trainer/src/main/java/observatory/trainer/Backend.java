package observatory.trainer;

import java.util.Optional;
import observatory.trainer.cuda.CudaLimits;
import observatory.trainer.cuda.CudaProbe;

/** Where a model may be trained. */
public enum Backend {
    /** On a GPU where a usable driver and device are found that can train this model, else on the CPU. */
    AUTO,
    CPU,
    CUDA;

    /**
     * Where it will be trained.
     *
     * @param backend never {@code AUTO}
     * @param notice what a person should know about the choice, in one line; empty where there is nothing to say
     */
    public record Choice(Backend backend, String notice) {

        /** {@code CUDA} where it cannot be had is an error that says what is missing. */
        public static Choice of(Backend asked, ModelSpec model, TrainingSpec training) {
            if (asked == CPU) {
                return new Choice(CPU, "");
            }
            CudaProbe.Found found = CudaProbe.probe();
            Optional<String> missing =
                    found.usable() ? CudaLimits.missing(model, training) : Optional.of(found.reason());
            if (missing.isEmpty()) {
                return new Choice(CUDA, "training on " + found.reason());
            }
            if (asked == CUDA) {
                throw new IllegalArgumentException("cannot train on CUDA: " + missing.get());
            }
            return new Choice(CPU, "training on the CPU: " + missing.get());
        }
    }
}
