package observatory.probe.host;

import observatory.probe.HostTensor;
import observatory.probe.Reduction;

/** The reductions that one pass over a tensor gives, on the host. */
public final class HostReductions {
    private static final Reduction.ToMoments MOMENTS = new Reduction.ToMoments();

    private HostReductions() {}

    /** A reduction that has seen nothing yet. */
    public static HostReduction<?> begin(Reduction.OfRows<?> reduction) {
        return switch (reduction) {
            case Reduction.ToMoments _ -> new HostMoments();
            case Reduction.ToBroken broken -> new HostDerived<>(new HostMoments(), broken.from(MOMENTS));
            case Reduction.ToSquares squares -> new HostDerived<>(new HostMoments(), squares.from(MOMENTS));
            case Reduction.ToShape _ -> new HostShape();
            case Reduction.ToRange _ -> new HostRange();
            case Reduction.ToTail tail -> new HostTail(tail.threshold());
            case Reduction.ToExponents exponents -> new HostExponents(exponents.stride());
            case Reduction.ToColumns _ -> new HostColumns();
            case Reduction.ToRows _ -> new HostRows();
        };
    }

    /** The result over a whole tensor. */
    public static Object whole(Reduction.OfRows<?> reduction, HostTensor tensor) {
        HostReduction<?> under = begin(reduction);
        under.rows(tensor.data(), 0, tensor.rows(), tensor.columns());
        return under.result();
    }
}
