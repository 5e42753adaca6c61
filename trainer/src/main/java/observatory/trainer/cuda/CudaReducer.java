package observatory.trainer.cuda;

import observatory.probe.ReducerAtOnce;
import observatory.probe.Reduction;
import observatory.probe.Teller;

/**
 * Reads what the kernels of a step have measured, where it came home, on the thread of the model's {@link ResultRing}.
 */
public final class CudaReducer extends ReducerAtOnce<CudaTensor> {
    private final Teller<CudaTensor> withoutModel = Teller.atOnce();
    private volatile ResultRing ring;

    /** Reads from a ring from now on; null where its model is gone. */
    void readFrom(ResultRing next) {
        ring = next;
    }

    @Override
    protected Object reduce(Reduction<?> reduction, CudaTensor tensor, CudaTensor other) {
        return tensor.answer(reduction, ring.reading());
    }

    @Override
    public Teller<CudaTensor> teller() {
        ResultRing of = ring;
        return of == null ? withoutModel : of;
    }
}
