package observatory.ui.frame;

import java.util.function.Supplier;
import observatory.ui.Source;

/**
 * Something that could be opened.
 *
 * @param open opens it; throws {@link IllegalArgumentException} with one line on what to do instead where it cannot be
 */
public record Offer(String name, String state, String what, Supplier<Source> open) {}
