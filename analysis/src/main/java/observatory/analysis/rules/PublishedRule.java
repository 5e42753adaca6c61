package observatory.analysis.rules;

/**
 * A rule that another tool ships, as it stands there, with its blind spots; it keeps its state. One object, one run.
 */
public interface PublishedRule {
    /** The id of the catalogue, the tool, and the condition in a few words. */
    String name();

    /** Whether it fires at this point. Points come in the order of the log. */
    boolean fires(Point point);
}
