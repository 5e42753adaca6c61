package observatory.djl;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import java.util.function.Supplier;
import observatory.probe.HostTensor;

/**
 * An array where the engine has it, if it does. Its copy on the host is made when the first reduction wants it, and
 * once.
 */
final class EngineTensor {
    private final Optional<NDArray> array;
    private final Supplier<HostTensor> copying;
    private HostTensor copy;

    EngineTensor(NDArray array) {
        this(array, () -> Host.tensor(array));
    }

    /** What is on the host only. */
    static EngineTensor of(HostTensor tensor) {
        return new EngineTensor(Optional.empty(), () -> tensor);
    }

    /** @param copying the array on the host, where it is to have a shape or a place of its own there */
    EngineTensor(NDArray array, Supplier<HostTensor> copying) {
        this(Optional.of(array), copying);
    }

    private EngineTensor(Optional<NDArray> array, Supplier<HostTensor> copying) {
        this.array = array;
        this.copying = copying;
    }

    Optional<NDArray> array() {
        return array;
    }

    HostTensor onHost() {
        if (copy == null) {
            copy = copying.get();
        }
        return copy;
    }
}
