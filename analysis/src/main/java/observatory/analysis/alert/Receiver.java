package observatory.analysis.alert;

/** Someone who is told. May take up to ten seconds, a mail up to thirty, and is called by one thread; throws nothing. */
public interface Receiver {
    Outcome tell(Notification notification);
}
