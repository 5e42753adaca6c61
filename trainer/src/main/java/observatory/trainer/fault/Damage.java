package observatory.trainer.fault;

/** What happens to an activation; data, so that any backend can do it where its tensor lies. */
public sealed interface Damage {
    /** Every element times a factor. */
    record Scale(float factor) implements Damage {}

    /** The element in the middle, at size / 2, becomes a value. */
    record SetMiddle(float value) implements Damage {}
}
