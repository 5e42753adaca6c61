package observatory.trainer;

/** What a counterfactual trains on instead of the batch of a step. Pure. */
@FunctionalInterface
public interface BatchEdit {
    BatchEdit NONE = (step, drawn) -> drawn;

    TokenBatch edit(long step, TokenBatch drawn);

    /** The batch of a step without one of its sequences. */
    static BatchEdit without(long step, TokenBatch.Place place) {
        return (now, drawn) -> now == step ? drawn.without(place) : drawn;
    }

    /** Another batch in a step. */
    static BatchEdit instead(long step, TokenBatch other) {
        return (now, drawn) -> now == step ? other : drawn;
    }
}
