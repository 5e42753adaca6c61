package observatory.trainer.replay;

/** A trial was asked to stop before its end: somebody lost patience, or the time it was given is used up. */
public final class Cancelled extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Cancelled(String why) {
        super(why);
    }
}
